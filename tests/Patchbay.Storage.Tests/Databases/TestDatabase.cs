namespace Patchbay.Storage.Tests;

/// <summary>A database of its own for one test, with the means to damage it.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    public TestClock Clock { get; } = new();

    public abstract StorageOptions Options { get; }

    public abstract Task CreateAsync();

    /// <summary>What was logged at Information or above since the database was made.</summary>
    public LogLines Log { get; } = new();

    public Task<PatchbayStorage> OpenAsync(bool exclusive = true) =>
        PatchbayStorage.OpenAsync(Options, exclusive, Clock, Log, TestContext.Current.CancellationToken);

    /// <summary>Executes SQL on a connection of its own, with the schema's rules switched off.</summary>
    public abstract Task ExecuteAsync(string sql);

    public abstract Task<long> CountAsync(string sql);

    /// <summary>Runs one migrator over the database, as a program with these steps would.</summary>
    internal abstract Task MigrateAsync(IReadOnlyList<Migration> migrations);

    internal abstract IReadOnlyList<Migration> EmbeddedMigrations { get; }

    /// <summary>Makes every write fail from now on.</summary>
    public abstract Task BeginOutageAsync(PatchbayStorage storage);

    public abstract Task EndOutageAsync(PatchbayStorage storage);

    public abstract ValueTask DisposeAsync();
}
