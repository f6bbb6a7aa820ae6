using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Billing;
using Patchbay.Storage.Journal;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Tests;

public sealed class SqliteTestDatabase : TestDatabase
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("patchbay-storage-");

    private SqliteConnection? _holder;

    public string DataDirectory => _directory.FullName;

    public string File => Path.Combine(DataDirectory, "patchbay.db");

    /// <summary>Small segments, so that the journal's files change places in ordinary tests.</summary>
    public int JournalSegmentBytes { get; init; } = 256 << 10;

    public override StorageOptions Options => new() { DataDirectory = DataDirectory, JournalSegmentBytes = JournalSegmentBytes };

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
        await SqliteDatabase.MigrateAsync(
            connection, new SchemaMigrator(migrations, Clock), NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    /// <summary>The file may not grow: what a full disk answers.</summary>
    public override async Task BeginOutageAsync(PatchbayStorage storage) =>
        await PragmaAsync(storage, "PRAGMA max_page_count = 1");

    public override async Task EndOutageAsync(PatchbayStorage storage) =>
        await PragmaAsync(storage, "PRAGMA max_page_count = 1073741823");

    /// <summary>Executes a pragma on the writing connection.</summary>
    public static Task PragmaAsync(PatchbayStorage storage, string pragma) =>
        ((SqliteStorage)storage).Writer.WriteApartAsync(
            session => session.Statement(pragma).Execute(), TestContext.Current.CancellationToken);

    /// <summary>The settlements that the database refused.</summary>
    public IReadOnlyList<Settlement> ReadRefused() => ReadRefused(DataDirectory);

    internal static IReadOnlyList<Settlement> ReadRefused(string dataDirectory)
    {
        ReadOnlySpan<byte> rest = System.IO.File.ReadAllBytes(Path.Combine(dataDirectory, "settlements.refused"));
        var refused = new List<Settlement>();
        while (JournalRecord.TryRead(rest, salt: 0, out _, out var payload))
        {
            refused.Add(SettlementCodec.Read(payload));
            rest = rest[(JournalRecord.HeaderLength + payload.Length)..];
        }

        Assert.True(rest.IsEmpty);
        return refused;
    }

    /// <summary>The file of a segment.</summary>
    public string Segment(int slot) => Path.Combine(DataDirectory, $"settlements.{slot}");

    /// <summary>What another machine would find if this one died now, as far as files may be copied one after the other.
    /// </summary>
    public SqliteTestDatabase Copy()
    {
        var copy = new SqliteTestDatabase { JournalSegmentBytes = JournalSegmentBytes };
        foreach (var name in new[] { "patchbay.db", "patchbay.db-wal", "settlements.0", "settlements.1" })
        {
            var source = Path.Combine(DataDirectory, name);
            if (System.IO.File.Exists(source))
            {
                System.IO.File.Copy(source, Path.Combine(copy.DataDirectory, name), overwrite: true);
            }
        }

        System.IO.File.WriteAllText(Path.Combine(copy.DataDirectory, "patchbay.lock"), "running 1");
        return copy;
    }

    /// <summary>The same while nothing is moved from the journal into the database, so that all files are of one moment.
    /// </summary>
    public Task<SqliteTestDatabase> CopyAtRestAsync(PatchbayStorage storage) => _holder is not null
        ? Task.FromResult(Copy())
        : ((SqliteStorage)storage).Writer.WriteApartAsync(_ => Copy(), TestContext.Current.CancellationToken);

    /// <summary>Keeps settlements in the journal: another process holds the right to write into the database from now on.
    /// </summary>
    public async Task HoldBackAsync(PatchbayStorage storage)
    {
        await PragmaAsync(storage, "PRAGMA busy_timeout = 0");
        var holder = await ConnectAsync();
        await holder.ExecuteAsync("BEGIN IMMEDIATE");
        _holder = holder;
    }

    /// <summary>Ends <see cref="HoldBackAsync"/>.</summary>
    public async Task LetInAsync()
    {
        await _holder!.DisposeAsync();
        _holder = null;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_holder is not null)
        {
            await LetInAsync();
        }

        _directory.Delete(recursive: true);
    }

    private async Task<SqliteConnection> ConnectAsync()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
