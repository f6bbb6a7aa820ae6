namespace Patchbay.Storage.Sqlite;

/// <summary>Ids as SQLite holds them: 16 bytes in big-endian order.</summary>
internal static class SqliteId
{
    /// <summary>The bytes of an id.</summary>
    public static byte[] Of(Guid id) => id.ToByteArray(bigEndian: true);

    /// <summary>The bytes of an id, or null.</summary>
    public static byte[]? Of(Guid? id) => id?.ToByteArray(bigEndian: true);
}
