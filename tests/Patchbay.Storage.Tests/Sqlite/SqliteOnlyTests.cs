using System.Collections.Concurrent;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public sealed class SqliteOnlyTests() : StorageCompliance(new SqliteTestDatabase { JournalSegmentBytes = 4 << 20 })
{
    private SqliteTestDatabase Sqlite => (SqliteTestDatabase)Database;

    [Fact]
    public async Task A_copy_taken_while_running_holds_every_acknowledged_settlement()
    {
        var acknowledged = new ConcurrentBag<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var settlement = Samples.Settlement(Now);
                await Storage.Settlements.SettleAsync(settlement);
                acknowledged.Add(settlement.Generation.Id);
            }
        }, Token)).ToList();

        while (acknowledged.Count < 2000)
        {
            await Task.Delay(10, Token);
        }

        // As if the machine had died here. SQLite's log is read after the database: nothing is moved out of it while it is below
        // the limit at which the server checkpoints. The journal is read last, while its first segment is not full.
        string[] known = [.. acknowledged];
        await using var copy = Sqlite.Copy();
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        await using var opened = await copy.OpenAsync();
        Assert.Empty(await opened.Ledger.AuditAsync(Token));
        foreach (var id in known)
        {
            Assert.NotNull(await opened.Generations.FindAsync(id, Samples.Organization, Token));
        }
    }

    [Fact]
    public async Task A_backup_is_a_whole_database_and_never_overwrites_a_file()
    {
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        await using var copy = new SqliteTestDatabase();

        await Storage.BackupAsync(copy.File, Token);

        await using var opened = await copy.OpenAsync();
        Assert.NotNull(await opened.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
        Assert.Empty(await opened.Ledger.AuditAsync(Token));
        await Assert.ThrowsAsync<StorageRefusedException>(() => Storage.BackupAsync(copy.File, Token));
    }

    [Fact]
    public async Task A_database_that_may_not_be_written_is_unavailable_and_can_still_be_read()
    {
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        Assert.NotNull(await Storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
        await SqliteTestDatabase.PragmaAsync(Storage, "PRAGMA query_only = 1");
        Assert.False(await Storage.CanWriteAsync(Token));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.OpenHolds.RemoveAsync(["gen-1"], Token));

        Assert.NotNull(await Storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_clean_stop_leaves_everything_in_one_file_and_an_empty_lock()
    {
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        await Storage.DisposeAsync();
        Assert.False(File.Exists(Sqlite.File + "-wal"));
        Assert.Equal(1, await Sqlite.CountAsync("SELECT count(*) FROM generation"));
        Assert.Equal(0, new FileInfo(Path.Combine(Sqlite.DataDirectory, "patchbay.lock")).Length);
    }

    [Fact]
    public async Task After_an_unclean_stop_a_damaged_file_is_refused()
    {
        await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => Storage.Settlements.SettleAsync(Samples.Settlement(Now)).AsTask()));
        await Storage.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(Sqlite.DataDirectory, "patchbay.lock"), "running 1", Token);
        await using (var file = new FileStream(Sqlite.File, FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[8192]);
        }

        var refused = await Assert.ThrowsAsync<StorageRefusedException>(() => Database.OpenAsync());
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_an_unclean_stop_a_sound_file_opens()
    {
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        await Storage.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(Sqlite.DataDirectory, "patchbay.lock"), "running 1", Token);
        await using var opened = await Database.OpenAsync();
        Assert.Equal(1, (await opened.Ledger.GetTotalsAsync(Token)).Generations);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_unavailable()
    {
        var file = Path.Combine(Sqlite.DataDirectory, "file");
        await File.WriteAllTextAsync(file, "", Token);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => PatchbayStorage.OpenAsync(
            new StorageOptions { DataDirectory = Path.Combine(file, "below") },
            exclusive: true,
            Database.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            Token));
    }
}
