using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Tests;

public sealed class SqliteTestDatabase : TestDatabase
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("patchbay-storage-");

    public string DataDirectory => _directory.FullName;

    public string File => Path.Combine(DataDirectory, "patchbay.db");

    public override StorageOptions Options => new() { DataDirectory = DataDirectory };

    internal override IReadOnlyList<Migration> EmbeddedMigrations => Migration.Embedded("Sqlite");

    public override Task CreateAsync() => Task.CompletedTask;

    public override async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await connection.ExecuteAsync("PRAGMA foreign_keys = 0; PRAGMA ignore_check_constraints = 1;");
        await connection.ExecuteAsync(sql);
    }

    public override async Task<long> CountAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        return await connection.ExecuteScalarAsync<long>(sql);
    }

    internal override async Task MigrateAsync(IReadOnlyList<Migration> migrations)
    {
        await using var connection = await ConnectAsync();
        await SqliteStorage.MigrateAsync(
            connection, new SchemaMigrator(migrations, Clock), NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    /// <summary>The file may not grow: what a full disk answers.</summary>
    public override async Task BeginOutageAsync(PatchbayStorage storage) =>
        await PragmaAsync(storage, "PRAGMA max_page_count = 1");

    public override async Task EndOutageAsync(PatchbayStorage storage) =>
        await PragmaAsync(storage, "PRAGMA max_page_count = 1073741823");

    /// <summary>Executes a pragma on the writing connection.</summary>
    public static Task PragmaAsync(PatchbayStorage storage, string pragma) =>
        ((SqliteStorage)storage).Writer.WriteAsync(
            session => session.Statement(pragma).Execute(), TestContext.Current.CancellationToken);

    public override ValueTask DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<SqliteConnection> ConnectAsync()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
