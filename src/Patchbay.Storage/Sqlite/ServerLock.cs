using System.Text;

namespace Patchbay.Storage.Sqlite;

/// <summary>The file lock that one server holds on its data folder. The system releases it when the process dies. The
/// file's content tells the next server whether the last one stopped cleanly.</summary>
internal sealed class ServerLock : IDisposable
{
    private readonly FileStream _file;

    private ServerLock(FileStream file, bool wasUnclean)
    {
        _file = file;
        WasUnclean = wasUnclean;
    }

    /// <summary>Whether the last server died.</summary>
    public bool WasUnclean { get; }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="StorageRefusedException">Another process holds it.</exception>
    public static ServerLock Take(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, "patchbay.lock");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new StorageRefusedException(
                $"Another Patchbay server is running on the data folder '{dataDirectory}'. Stop it, or start this one with another --data.",
                exception);
        }

        var wasUnclean = file.Length > 0;
        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes($"running {Environment.ProcessId}\n"));
        file.Flush(flushToDisk: true);
        return new ServerLock(file, wasUnclean);
    }

    /// <summary>Notes that the database was closed as it should be.</summary>
    public void MarkClean()
    {
        _file.SetLength(0);
        _file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
