namespace Patchbay.Storage;

/// <summary>Which database to open.</summary>
public sealed record StorageOptions
{
    /// <summary>A PostgreSQL connection string; null or empty for SQLite.</summary>
    public string? PostgresConnectionString { get; init; }

    /// <summary>The folder of the SQLite file <c>patchbay.db</c> and its journal; made when it does not exist.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The length of each of the two files of the settlement journal, which tests make smaller.</summary>
    internal int JournalSegmentBytes { get; init; } = 16 << 20;
}
