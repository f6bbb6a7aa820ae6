using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Tests;

public sealed class ReplayTests() : StorageCompliance(new SqliteTestDatabase { JournalSegmentBytes = 64 << 10 })
{
    private SqliteTestDatabase Sqlite => (SqliteTestDatabase)Database;

    [Fact]
    public async Task What_was_acknowledged_is_in_the_books_once_after_the_server_died()
    {
        await Sqlite.HoldBackAsync(Storage);
        var settlements = await SettleAsync(50);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        Assert.Equal(0, await copy.CountAsync("SELECT count(*) FROM generation"));

        await using var opened = await copy.OpenAsync();
        await AssertHoldsAsync(opened, settlements);
        Assert.Equal(1, copy.Log.Count(7014));
    }

    [Fact]
    public async Task What_comes_back_from_the_journal_is_the_same_in_every_field()
    {
        await Sqlite.HoldBackAsync(Storage);
        var generation = Samples.Full(Now);
        await Storage.Settlements.SettleAsync(new Settlement(generation, "acme", []));
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        await using var opened = await copy.OpenAsync();
        Assert.Equivalent(
            generation, await opened.Generations.FindAsync(generation.Id, Samples.Organization, Token), strict: true);
    }

    [Fact]
    public async Task Replaying_the_same_journal_again_changes_nothing()
    {
        await Sqlite.HoldBackAsync(Storage);
        var settlements = await SettleAsync(10);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        await using (var once = await copy.OpenAsync())
        {
            await AssertHoldsAsync(once, settlements);
        }

        // As if the machine had died after the commit that took the records and before that was known.
        await copy.ExecuteAsync("UPDATE journal_state SET sequence = 0");
        File.Copy(Sqlite.Segment(0), copy.Segment(0), overwrite: true);
        File.Copy(Sqlite.Segment(1), copy.Segment(1), overwrite: true);
        await using var again = await copy.OpenAsync();
        Assert.Equal(2, copy.Log.Count(7014));
        await AssertHoldsAsync(again, settlements);
    }

    [Fact]
    public async Task A_last_record_that_is_cut_at_any_byte_takes_no_earlier_one_with_it()
    {
        await Sqlite.HoldBackAsync(Storage);
        var settlements = await SettleAsync(3);
        var cut = new Settlement(Samples.Lean(Now), null, []);
        await Storage.Settlements.SettleAsync(cut);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        var payload = new JournalBuffer();
        SettlementCodec.Write(payload, cut);
        var end = EndOfRecords(copy);
        for (var length = end - payload.Length - JournalRecord.HeaderLength; length < end; length++)
        {
            await using var shorter = copy.Copy();
            await using (var file = new FileStream(shorter.Segment(0), FileMode.Open))
            {
                file.SetLength(length);
            }

            await using var opened = await shorter.OpenAsync();
            await AssertHoldsAsync(opened, settlements);
            Assert.DoesNotContain(shorter.Log.Of(LogLevel.Warning), line => line.Contains("journal", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_damaged_record_ends_the_replay_and_the_file_is_kept()
    {
        await Sqlite.HoldBackAsync(Storage);
        var settlements = await SettleOneByOneAsync(6);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        var bytes = await File.ReadAllBytesAsync(copy.Segment(0), Token);
        bytes[SegmentHeader.Length + ((EndOfRecords(copy) - SegmentHeader.Length) / 2)] ^= 16;
        await File.WriteAllBytesAsync(copy.Segment(0), bytes, Token);

        await using var opened = await copy.OpenAsync();
        var found = (int)(await opened.Ledger.GetTotalsAsync(Token)).Generations;
        Assert.InRange(found, 2, 3);
        await AssertHoldsAsync(opened, settlements[..found]);
        var kept = Assert.Single(Directory.GetFiles(copy.DataDirectory, "settlements.0.*.damaged"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(kept, Token));
        Assert.Contains(copy.Log.Of(LogLevel.Warning), line => line.Contains(kept, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_earlier_use_of_a_segment_left_behind_is_not_replayed()
    {
        // Several times through both segments, each then full of old records.
        for (var round = 0; round < 10; round++)
        {
            await SettleAsync(60);
            await Storage.Ledger.GetTotalsAsync(Token);
        }

        await Sqlite.HoldBackAsync(Storage);
        await SettleAsync(5);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        await using var opened = await copy.OpenAsync();
        Assert.Equal(605, (await opened.Ledger.GetTotalsAsync(Token)).Generations);
        Assert.Empty(await opened.Ledger.AuditAsync(Token));
        Assert.DoesNotContain(copy.Log.Of(LogLevel.Warning), line => line.Contains("journal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_segments_are_replayed_in_their_order()
    {
        await Sqlite.HoldBackAsync(Storage);
        var settlements = await SettleAsync(300);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        Assert.True(EndOfRecords(copy, 0) > SegmentHeader.Length && EndOfRecords(copy, 1) > SegmentHeader.Length);
        await using var opened = await copy.OpenAsync();
        await AssertHoldsAsync(opened, settlements);
    }

    [Fact]
    public async Task The_journal_of_another_database_is_kept_and_not_used()
    {
        await Sqlite.HoldBackAsync(Storage);
        await SettleAsync(5);
        await using var other = new SqliteTestDatabase { JournalSegmentBytes = Sqlite.JournalSegmentBytes };
        File.Copy(Sqlite.Segment(0), other.Segment(0));
        await using var opened = await other.OpenAsync();
        Assert.Equal(0, (await opened.Ledger.GetTotalsAsync(Token)).Generations);
        await AssertKeptAsync(other, 0, await File.ReadAllBytesAsync(Sqlite.Segment(0), Token));
    }

    [Fact]
    public async Task A_database_from_an_old_backup_does_not_take_a_journal_that_begins_after_it()
    {
        await using var backup = new SqliteTestDatabase { JournalSegmentBytes = Sqlite.JournalSegmentBytes };
        var before = await SettleAsync(5);
        await Storage.BackupAsync(backup.File, Token);
        for (var round = 0; round < 10; round++)
        {
            await SettleAsync(60);
            await Storage.Ledger.GetTotalsAsync(Token);
        }

        await Storage.DisposeAsync();
        File.Copy(Sqlite.Segment(0), backup.Segment(0));
        File.Copy(Sqlite.Segment(1), backup.Segment(1));
        await using var opened = await backup.OpenAsync();
        await AssertHoldsAsync(opened, before);
        await AssertKeptAsync(backup, 0, await File.ReadAllBytesAsync(Sqlite.Segment(0), Token));
        await AssertKeptAsync(backup, 1, await File.ReadAllBytesAsync(Sqlite.Segment(1), Token));

        var after = Samples.Settlement(Now);
        await opened.Settlements.SettleAsync(after);
        await AssertHoldsAsync(opened, [.. before, after]);
    }

    [Fact]
    public async Task A_database_from_a_backup_takes_what_the_journal_still_has_of_later()
    {
        await using var backup = new SqliteTestDatabase { JournalSegmentBytes = Sqlite.JournalSegmentBytes };
        var before = await SettleAsync(5);
        await Storage.BackupAsync(backup.File, Token);
        var after = await SettleAsync(5);
        await Storage.DisposeAsync();
        File.Copy(Sqlite.Segment(0), backup.Segment(0));
        File.Copy(Sqlite.Segment(1), backup.Segment(1));
        await using var opened = await backup.OpenAsync();
        await AssertHoldsAsync(opened, [.. before, .. after]);
    }

    [Fact]
    public async Task A_segment_whose_first_page_is_damaged_is_kept()
    {
        await Sqlite.HoldBackAsync(Storage);
        await SettleAsync(5);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        var bytes = await File.ReadAllBytesAsync(copy.Segment(0), Token);
        bytes[40]++;
        await File.WriteAllBytesAsync(copy.Segment(0), bytes, Token);
        await using var opened = await copy.OpenAsync();
        await AssertKeptAsync(copy, 0, bytes);
    }

    [Fact]
    public async Task A_clean_stop_leaves_nothing_to_replay()
    {
        var settlements = await SettleAsync(20);
        await RestartAsync();
        Assert.Equal(0, Sqlite.Log.Count(7014));
        await AssertHoldsAsync(Storage, settlements);
    }

    [Fact]
    public async Task A_hold_that_was_written_down_while_its_generation_was_settled_is_gone_after_a_replay()
    {
        var settlement = Samples.Settlement(Now);
        await Sqlite.HoldBackAsync(Storage);
        await Storage.Settlements.SettleAsync(settlement);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        await copy.ExecuteAsync($"""
            INSERT INTO open_hold (generation_id, created_at, organization_id, workspace_id, model, streamed, amount_nanos,
              estimated_cost_nanos) VALUES ('{settlement.Generation.Id}', 0, zeroblob(16), zeroblob(16), 'm', 0, 5, 5)
            """);
        await using var opened = await copy.OpenAsync();
        Assert.Empty(await opened.OpenHolds.ListAsync(Token));
        await AssertHoldsAsync(opened, [settlement]);
    }

    [Fact]
    public void The_files_can_be_read_by_their_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes.");
        for (var slot = 0; slot < JournalFolder.Segments; slot++)
        {
#pragma warning disable CA1416
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Sqlite.Segment(slot)));
#pragma warning restore CA1416
            Assert.Equal(Sqlite.JournalSegmentBytes, new FileInfo(Sqlite.Segment(slot)).Length);
        }
    }

    private static async Task AssertHoldsAsync(PatchbayStorage storage, List<Settlement> settlements)
    {
        var totals = await storage.Ledger.GetTotalsAsync(Token);
        Assert.Equal(settlements.Count, totals.Generations);
        Assert.Equal(settlements.Sum(settlement => settlement.Generation.Charge.Nanos), totals.Charges.Nanos);
        foreach (var settlement in settlements)
        {
            Assert.NotNull(await storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
        }

        Assert.Empty(await storage.Ledger.AuditAsync(Token));
    }

    private static async Task AssertKeptAsync(SqliteTestDatabase database, int slot, byte[] bytes)
    {
        var kept = Assert.Single(Directory.GetFiles(database.DataDirectory, $"settlements.{slot}.*.orphaned"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(kept, Token));
        Assert.Contains(database.Log.Of(LogLevel.Warning), line => line.Contains(kept, StringComparison.Ordinal));
    }

    private static int EndOfRecords(SqliteTestDatabase database, int slot = 0)
    {
        using var reader = SegmentReader.TryOpen(database.Segment(slot))!;
        var end = SegmentHeader.Length;
        for (var sequence = reader.Header.First; reader.TryRead(sequence, out var payload); sequence++)
        {
            end += JournalRecord.HeaderLength + payload.Length;
        }

        return end;
    }

    private async Task<List<Settlement>> SettleAsync(int count)
    {
        var settlements = Enumerable.Range(1, count).Select(i => Samples.Settlement(Now, i)).ToList();
        await Task.WhenAll(settlements.Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()));
        return settlements;
    }

    private async Task<List<Settlement>> SettleOneByOneAsync(int count)
    {
        var settlements = new List<Settlement>();
        for (var i = 0; i < count; i++)
        {
            settlements.AddRange(await SettleAsync(1));
        }

        return settlements;
    }
}
