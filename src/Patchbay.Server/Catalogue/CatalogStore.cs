using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Keeps what was synced in the data folder: <c>catalog.json</c>, replaced as a whole. Several processes may use
/// it; one of them syncs at a time.</summary>
internal sealed class CatalogStore(string folder)
{
    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, "catalog.json");

    /// <summary>What is stored; an empty one when nothing is.</summary>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    public SyncedCatalog Load()
    {
        try
        {
            return SyncedCatalog.Parse(File.ReadAllBytes(Path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return SyncedCatalog.Empty;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{Path}: {exception.Message} Delete it to begin anew.", exception);
        }
    }

    /// <summary>Replaces what is stored. A reader sees the old or the new, never a part.</summary>
    public void Save(SyncedCatalog synced)
    {
        Directory.CreateDirectory(folder);
        var draft = Path + ".new";
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(synced.Write());
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, Path, overwrite: true);
    }

    /// <summary>The right to write until it is disposed of; null when another process has it.</summary>
    public IDisposable? TryLock()
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(
                Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
