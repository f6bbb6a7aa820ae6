namespace Patchbay.Storage.Postgres;

/// <summary>The file in the data folder that names this server among those on one database.</summary>
internal static class NodeFile
{
    private const string Name = "node.id";

    /// <summary>The server's name, made up at its first start.</summary>
    /// <exception cref="StorageRefusedException">The file holds something else.</exception>
    public static Guid Ensure(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        if (Find(dataDirectory) is { } known)
        {
            return known;
        }

        var id = Guid.CreateVersion7();
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(id.ToString());
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        Journal.DiskFlush.Names(dataDirectory);
        return id;
    }

    /// <summary>The name of the server whose data folder it is; null when none has one.</summary>
    /// <exception cref="StorageRefusedException">The file holds something else.</exception>
    public static Guid? Find(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        if (!File.Exists(path))
        {
            return null;
        }

        return Guid.TryParse(File.ReadAllText(path).Trim(), out var id)
            ? id
            : throw new StorageRefusedException(
                $"The file '{path}' does not hold the id of this server. Restore it; or remove it together with the files settlements.* when nothing in them is needed.");
    }
}
