using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Tests;

public sealed class JournalOutageTests() : StorageCompliance(new SqliteTestDatabase { JournalSegmentBytes = 64 << 10 })
{
    private SqliteTestDatabase Sqlite => (SqliteTestDatabase)Database;

    [Fact]
    public async Task While_the_database_takes_nothing_settlements_are_acknowledged_until_the_journal_is_full()
    {
        await Sqlite.HoldBackAsync(Storage);
        var acknowledged = new List<Settlement>();
        var refused = default(Settlement);
        while (refused is null)
        {
            Assert.True(acknowledged.Count < 2000, "The journal is never full.");
            var settlement = Samples.Settlement(Now, acknowledged.Count + 1);
            try
            {
                await Storage.Settlements.SettleAsync(settlement);
                acknowledged.Add(settlement);
            }
            catch (StorageUnavailableException)
            {
                refused = settlement;
            }
        }

        Assert.True(acknowledged.Count > 100);
        Assert.False(await Storage.CanWriteAsync(Token));
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        await Sqlite.LetInAsync();
        Assert.True(await Storage.CanWriteAsync(Token));
        await AssertHoldsAsync(Storage, acknowledged);
        await using (var opened = await copy.OpenAsync())
        {
            await AssertHoldsAsync(opened, acknowledged);
        }

        await Storage.Settlements.SettleAsync(refused);
        acknowledged.Add(refused);
        await AssertHoldsAsync(Storage, acknowledged);
        Assert.Equal((1, 1, 1), (Sqlite.Log.Count(7017), Sqlite.Log.Count(7018), Sqlite.Log.Count(7012)));
    }

    [Fact]
    public async Task A_database_that_comes_back_takes_what_waited_without_being_asked()
    {
        await Sqlite.HoldBackAsync(Storage);
        await SettleAsync(10);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.Ledger.GetTotalsAsync(Token));
        await Sqlite.LetInAsync();
        while (await Sqlite.CountAsync("SELECT count(*) FROM generation") < 10)
        {
            await Task.Delay(20, Token);
        }

        Assert.Equal(10, await Sqlite.CountAsync("SELECT sequence FROM journal_state"));
    }

    [Fact]
    public async Task Without_waiting_for_a_reader_settlements_enter_the_database()
    {
        await SettleAsync(3);
        while (await Sqlite.CountAsync("SELECT count(*) FROM generation") < 3)
        {
            await Task.Delay(20, Token);
        }

        Assert.Equal(3, await Sqlite.CountAsync("SELECT sequence FROM journal_state"));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_flushed_passes_the_settlement_to_the_database_and_uses_the_other_segment()
    {
        var settlements = await SettleAsync(5);
        CloseFiles(only: 0);
        settlements.AddRange(await SettleAsync(1));
        Assert.Equal(1, await CountAsync(settlements[^1]));
        Assert.Equal(1, Sqlite.Log.Count(7011));

        await Sqlite.HoldBackAsync(Storage);
        settlements.AddRange(await SettleAsync(5));
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        Assert.InRange(await copy.CountAsync("SELECT count(*) FROM generation"), 1, 6);
        await using var opened = await copy.OpenAsync();
        await AssertHoldsAsync(opened, settlements);
    }

    [Fact]
    public async Task Without_any_segment_settlements_are_durable_in_the_database()
    {
        var settlements = await SettleAsync(5);
        BlockFiles();
        for (var i = 0; i < 3; i++)
        {
            settlements.AddRange(await SettleAsync(10));
            Assert.Equal(1, await CountAsync(settlements[^1]));
        }

        Assert.True(await Storage.CanWriteAsync(Token));
        Assert.Equal(1, Sqlite.Log.Count(7011));
        await using var copy = new SqliteTestDatabase();
        await Storage.BackupAsync(copy.File, Token);
        await using var opened = await copy.OpenAsync();
        await AssertHoldsAsync(opened, settlements);
    }

    [Fact]
    public async Task When_neither_the_journal_nor_the_database_can_be_written_nothing_is_acknowledged_or_charged()
    {
        var before = await SettleAsync(5);
        await AssertHoldsAsync(Storage, before);
        await Sqlite.HoldBackAsync(Storage);
        BlockFiles();
        var lost = Samples.Settlement(Now);
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Storage.Settlements.SettleAsync(lost));

        await Sqlite.LetInAsync();
        await AssertHoldsAsync(Storage, before);
        await Storage.Settlements.SettleAsync(lost);
        await AssertHoldsAsync(Storage, [.. before, lost]);
    }

    [Fact]
    public async Task A_journal_whose_files_can_be_made_again_is_used_again()
    {
        BlockFiles();
        var settlements = await SettleAsync(5);
        Directory.Delete(Sqlite.Segment(0));
        Directory.Delete(Sqlite.Segment(1));
        while (Sqlite.Log.Count(7013) < 1)
        {
            settlements.AddRange(await SettleAsync(1));
            await Task.Delay(50, Token);
        }

        await Sqlite.HoldBackAsync(Storage);
        settlements.AddRange(await SettleAsync(5));
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        await using var opened = await copy.OpenAsync();
        await AssertHoldsAsync(opened, settlements);
    }

    [Fact]
    public async Task A_server_starts_without_a_journal_when_its_files_cannot_be_made()
    {
        await Storage.DisposeAsync();
        for (var slot = 0; slot < 2; slot++)
        {
            File.Delete(Sqlite.Segment(slot));
            Directory.CreateDirectory(Path.Combine(Sqlite.Segment(slot), "in the way"));
        }

        await using var opened = await Sqlite.OpenAsync();
        var settlement = Samples.Settlement(Now);
        await opened.Settlements.SettleAsync(settlement);
        Assert.Equal(1, await Sqlite.CountAsync("SELECT count(*) FROM generation"));
        await AssertHoldsAsync(opened, [settlement]);
        Assert.Equal(1, Sqlite.Log.Count(7011));
    }

    [Fact]
    public async Task A_settlement_that_the_database_refuses_is_kept_and_does_not_hold_up_the_others()
    {
        await SqliteTestDatabase.PragmaAsync(
            Storage, "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.generation WHEN NEW.model = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END");
        var good = Enumerable.Range(0, 20).Select(_ => Samples.Settlement(Now)).ToList();
        var bad = Samples.Settlement(Now);
        bad = bad with { Generation = bad.Generation with { Model = "bad" } };
        await Task.WhenAll(good.Take(10).Append(bad).Concat(good.Skip(10))
            .Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()));

        await AssertHoldsAsync(Storage, good);
        Assert.Equivalent(bad, Assert.Single(Sqlite.ReadRefused()), strict: true);
        var line = Assert.Single(Sqlite.Log.Of(LogLevel.Critical));
        Assert.Contains(bad.Generation.Id, line, StringComparison.Ordinal);
        Assert.Contains("settlements.refused", line, StringComparison.Ordinal);
        await RestartAsync();
        await AssertHoldsAsync(Storage, good);
    }

    [Fact]
    public async Task A_settlement_that_is_larger_than_a_segment_goes_into_the_database()
    {
        var settlement = Samples.Settlement(Now);
        settlement = settlement with { Generation = settlement.Generation with { UserAgent = new string('x', 100_000) } };
        await Storage.Settlements.SettleAsync(settlement);
        Assert.Equal(1, await Sqlite.CountAsync("SELECT count(*) FROM generation"));
        await AssertHoldsAsync(Storage, [settlement]);
    }

    [Fact]
    public async Task What_the_database_did_not_take_before_a_stop_is_taken_after_the_next_start()
    {
        await Sqlite.HoldBackAsync(Storage);
        var settlements = await SettleAsync(10);
        await Storage.DisposeAsync();
        await Sqlite.LetInAsync();
        await RestartAsync();
        await AssertHoldsAsync(Storage, settlements);
        Assert.Equal(1, Sqlite.Log.Count(7014));
    }

    private static async Task AssertHoldsAsync(PatchbayStorage storage, List<Settlement> settlements)
    {
        var totals = await storage.Ledger.GetTotalsAsync(Token);
        Assert.Equal(settlements.Count, totals.Generations);
        Assert.Equal(settlements.Sum(settlement => settlement.Generation.Charge.Nanos), totals.Charges.Nanos);
        Assert.Empty(await storage.Ledger.AuditAsync(Token));
    }

    private Task<long> CountAsync(Settlement settlement) =>
        Sqlite.CountAsync($"SELECT count(*) FROM generation WHERE id = '{settlement.Generation.Id}'");

    private void CloseFiles(int? only = null)
    {
        var files = ((SqliteStorage)Storage).Journal!.Segments.Files.ToList();
        for (var slot = 0; slot < files.Count; slot++)
        {
            if (only is null || slot == only)
            {
                files[slot]!.Handle.Dispose();
            }
        }
    }

    // Neither can the open files be written, nor can others be made in their place.
    private void BlockFiles()
    {
        CloseFiles();
        for (var slot = 0; slot < 2; slot++)
        {
            File.Delete(Sqlite.Segment(slot));
            Directory.CreateDirectory(Sqlite.Segment(slot));
        }
    }

    private async Task<List<Settlement>> SettleAsync(int count)
    {
        var settlements = Enumerable.Range(1, count).Select(i => Samples.Settlement(Now, i)).ToList();
        await Task.WhenAll(settlements.Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()));
        return settlements;
    }
}
