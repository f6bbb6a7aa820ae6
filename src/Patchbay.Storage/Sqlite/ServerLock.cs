using System.Text;

namespace Patchbay.Storage.Sqlite;

/// <summary>The file lock that one server holds on its data folder. The system releases it when the process dies. The
/// file's content tells the next server whether the last one stopped cleanly.</summary>
internal sealed class ServerLock : IDisposable
{
    private const int Attempts = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private ServerLock(FileStream file, bool wasUnclean)
    {
        _file = file;
        WasUnclean = wasUnclean;
    }

    /// <summary>Whether the last server died.</summary>
    public bool WasUnclean { get; }

    /// <summary>Takes the lock. Waits a moment for a command that holds it to do the work of a server that died.</summary>
    /// <exception cref="StorageRefusedException">Another process keeps it.</exception>
    public static async Task<ServerLock> TakeAsync(
        string dataDirectory, TimeProvider clock, CancellationToken cancellationToken)
    {
        var path = PathIn(dataDirectory);
        FileStream? file = null;
        for (var attempt = 1; file is null; attempt++)
        {
            try
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (File.Exists(path))
            {
                if (attempt == Attempts)
                {
                    throw new StorageRefusedException(
                        $"Another Patchbay server is running on the data folder '{dataDirectory}'. Stop it, or start this one with another --data.",
                        exception);
                }

                await Task.Delay(Pause, clock, cancellationToken);
            }
        }

        var wasUnclean = file.Length > 0;
        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes($"running {Environment.ProcessId}\n"));
        file.Flush(flushToDisk: true);
        return new ServerLock(file, wasUnclean);
    }

    /// <summary>Keeps servers away until it is disposed, without a word about how the last one ended. Null when a server runs,
    /// or when there never was one.</summary>
    public static IDisposable? TryHold(string dataDirectory)
    {
        try
        {
            return new FileStream(PathIn(dataDirectory), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Notes that the database was closed as it should be.</summary>
    public void MarkClean()
    {
        _file.SetLength(0);
        _file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "patchbay.lock");
}
