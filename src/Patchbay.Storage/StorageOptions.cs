namespace Patchbay.Storage;

/// <summary>Which database to open.</summary>
public sealed record StorageOptions
{
    /// <summary>A PostgreSQL connection string; null or empty for SQLite.</summary>
    public string? PostgresConnectionString { get; init; }

    /// <summary>The folder of the SQLite file <c>patchbay.db</c>, the journal, and the name of this server among those on one
    /// PostgreSQL database; made when it does not exist.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether settlements are acknowledged when they are in the journal of the data folder; otherwise when they are in
    /// PostgreSQL. SQLite always has the journal.</summary>
    public bool UsesJournal { get; init; } = true;

    /// <summary>How long after its last sign of life a server must not spend from slices of shared limits.</summary>
    public TimeSpan LeaseLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how much silence of a server its slices are given to others.</summary>
    public TimeSpan LeaseGrace { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Called when the disk did not confirm what SQLite wrote: what is on it is then unknown, and the process must end
    /// without telling anybody that a write has succeeded. It must not return; by default it ends the process at once.</summary>
    public Action<Exception> DiskFailed { get; init; } = static exception => Environment.FailFast(
        "The disk did not confirm a write.", exception);

    /// <summary>The length of each of the two files of the settlement journal, which tests make smaller.</summary>
    internal int JournalSegmentBytes { get; init; } = 16 << 20;
}
