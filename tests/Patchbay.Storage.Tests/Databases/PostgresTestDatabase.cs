using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Storage.Postgres;
using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

public sealed class PostgresTestDatabase(PostgresServer server) : TestDatabase
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("patchbay-node-");
    private string? _connectionString;

    public override StorageOptions Options => OptionsIn(_directory.FullName);

    /// <summary>The same database for another server.</summary>
    public StorageOptions OptionsIn(string dataDirectory) => new()
    {
        PostgresConnectionString = _connectionString,
        DataDirectory = dataDirectory,
        UsesJournal = UsesJournal,
        JournalSegmentBytes = 256 << 10,
    };

    /// <summary>Whether settlements are acknowledged when they are in the journal.</summary>
    public bool UsesJournal { get; init; } = true;

    /// <summary>A folder in which no server runs.</summary>
    public string OtherFolder => Path.Combine(_directory.FullName, "other");

    /// <summary>The settlements that the database refused.</summary>
    public IReadOnlyList<Settlement> ReadRefused() => SqliteTestDatabase.ReadRefused(DataDirectory);

    /// <summary>The data folder of the first server.</summary>
    public string DataDirectory => _directory.FullName;

    public string Name => new NpgsqlConnectionStringBuilder(_connectionString).Database!;

    internal override IReadOnlyList<Migration> EmbeddedMigrations => Migration.Embedded("Postgres");

    public override async Task CreateAsync()
    {
        _directory.Create();
        _connectionString = await server.CreateDatabaseAsync();
    }

    public override async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync(_connectionString!);
        await connection.ExecuteAsync("SET session_replication_role = replica");
        await connection.ExecuteAsync(sql);
    }

    public override async Task<long> CountAsync(string sql)
    {
        await using var connection = await ConnectAsync(_connectionString!);
        return await connection.ExecuteScalarAsync<long>(sql);
    }

    internal override async Task MigrateAsync(IReadOnlyList<Migration> migrations)
    {
        await using var connection = await ConnectAsync(_connectionString!);
        await PostgresStorage.MigrateAsync(
            connection, new SchemaMigrator(migrations, Clock), NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    /// <summary>Cuts every connection and lets nobody in.</summary>
    public override async Task BeginOutageAsync(PatchbayStorage storage)
    {
        await AdministerAsync($"ALTER DATABASE {Name} ALLOW_CONNECTIONS false");
        await AdministerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}'");
    }

    public override Task EndOutageAsync(PatchbayStorage storage) =>
        AdministerAsync($"ALTER DATABASE {Name} ALLOW_CONNECTIONS true");

    /// <summary>Nobody can read or write the table meanwhile.</summary>
    public async Task WhileLockedAsync(string table, Func<Task> act)
    {
        await using var connection = await ConnectAsync(_connectionString!);
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync($"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", transaction: transaction);
        await act();
        await transaction.RollbackAsync();
    }

    /// <summary>Cuts every connection; new ones are welcome.</summary>
    public Task CutConnectionsAsync() =>
        AdministerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}'");

    public override async ValueTask DisposeAsync()
    {
        if (_connectionString is not null)
        {
            await server.DropDatabaseAsync(Name);
            _connectionString = null;
        }

        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
            _directory.Refresh();
        }
    }

    private async Task AdministerAsync(string sql)
    {
        await using var connection = await ConnectAsync(await server.StartAsync());
        await connection.ExecuteAsync(sql);
    }

    private static async Task<NpgsqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
