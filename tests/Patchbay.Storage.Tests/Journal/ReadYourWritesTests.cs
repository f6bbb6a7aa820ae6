using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

/// <summary>Each way to look at the books sees a settlement at once, however late it enters the database by itself.</summary>
public sealed class ReadYourWritesTests() : StorageCompliance(new SqliteTestDatabase())
{
    private static readonly BudgetScope Scope = new(BudgetLevel.Organization, Samples.Organization);

    private SqliteTestDatabase Sqlite => (SqliteTestDatabase)Database;

    [Fact]
    public async Task A_generation_is_found() =>
        await EachTimeAsync(async (settlement, _) =>
            Assert.NotNull(await Storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token)));

    [Fact]
    public async Task Generations_are_listed() =>
        await EachTimeAsync(async (_, count) => Assert.Equal(
            count, (await Storage.Generations.ListAsync(new GenerationQuery(Samples.Organization, null, 0, 100), Token)).Count));

    [Fact]
    public async Task Generations_are_counted() =>
        await EachTimeAsync(async (_, count) => Assert.Equal(
            count, await Storage.Generations.CountAsync(new GenerationQuery(Samples.Organization, Samples.Workspace, 0, 100), Token)));

    [Fact]
    public async Task Spending_counts_it() =>
        await EachTimeAsync(async (_, count) => Assert.Equal(
            count * 1000, (await Storage.Budgets.GetSpendingAsync(Scope, Now, Token)).Credits.Lifetime.Nanos));

    [Fact]
    public async Task Balances_count_it() =>
        await EachTimeAsync(async (_, count) => Assert.Equal(
            count * 1000, (await Storage.Ledger.GetBalanceAsync(LedgerAccount.RevenueUsage, Token)).Nanos));

    [Fact]
    public async Task Totals_count_it() =>
        await EachTimeAsync(async (_, count) => Assert.Equal(count, (await Storage.Ledger.GetTotalsAsync(Token)).Generations));

    [Fact]
    public async Task The_audit_sees_it() =>
        await EachTimeAsync(async (_, count) =>
        {
            Assert.Empty(await Storage.Ledger.AuditAsync(Token));
            Assert.Equal(count, await Sqlite.CountAsync("SELECT count(*) FROM generation"));
        });

    [Fact]
    public async Task Its_hold_is_not_listed() =>
        await EachTimeAsync(
            async (_, _) => Assert.Empty(await Storage.OpenHolds.ListAsync(Token)),
            async settlement => await Storage.OpenHolds.RecordAsync([Samples.Hold(settlement.Generation.Id, Now)], Token));

    [Fact]
    public async Task Its_hold_is_not_written_down_any_more() =>
        await EachTimeAsync(async (settlement, _) =>
        {
            await Storage.OpenHolds.RecordAsync([Samples.Hold(settlement.Generation.Id, Now)], Token);
            Assert.Equal(0, await Sqlite.CountAsync("SELECT count(*) FROM open_hold"));
        });

    [Fact]
    public async Task A_posting_comes_after_it() =>
        await EachTimeAsync(async (settlement, count) =>
        {
            await Storage.Ledger.PostAsync(
                [new LedgerEntry(LedgerAccount.EquityGrants, LedgerAccount.RevenueUsage, 5, settlement.Generation.Id)], Token);
            Assert.Equal(count, await Sqlite.CountAsync("SELECT count(*) FROM generation"));
        });

    [Fact]
    public async Task A_backup_holds_it() =>
        await EachTimeAsync(async (settlement, count) =>
        {
            await using var copy = new SqliteTestDatabase();
            await Storage.BackupAsync(copy.File, Token);
            Assert.Equal(count, await copy.CountAsync("SELECT count(*) FROM generation"));
        });

    [Fact]
    public async Task A_command_beside_the_server_sees_it()
    {
        await using var beside = await Database.OpenAsync(exclusive: false);
        await EachTimeAsync(async (settlement, count) =>
        {
            Assert.NotNull(await beside.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
            Assert.Equal(count, (await beside.Ledger.GetTotalsAsync(Token)).Generations);
        });
    }

    [Fact]
    public async Task A_backup_by_a_command_beside_the_server_holds_it()
    {
        await using var beside = await Database.OpenAsync(exclusive: false);
        await EachTimeAsync(async (_, count) =>
        {
            await using var copy = new SqliteTestDatabase();
            await beside.BackupAsync(copy.File, Token);
            Assert.Equal(count, await copy.CountAsync("SELECT count(*) FROM generation"));
        });
    }

    [Fact]
    public async Task After_the_server_died_a_command_brings_in_what_it_left_and_a_server_still_checks_the_file()
    {
        await Sqlite.HoldBackAsync(Storage);
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        await using var copy = await Sqlite.CopyAtRestAsync(Storage);
        await using (var command = await copy.OpenAsync(exclusive: false))
        {
            Assert.NotNull(await command.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
        }

        await using var server = await copy.OpenAsync();
        Assert.Equal(1, (await server.Ledger.GetTotalsAsync(Token)).Generations);
        Assert.Empty(await server.Ledger.AuditAsync(Token));
        Assert.Equal((1, 1), (copy.Log.Count(7014), copy.Log.Count(7006)));
    }

    [Fact]
    public async Task Keys_and_budgets_do_not_wait_for_settlements_that_the_database_does_not_take()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var key = Samples.KeyOf(tenant, Now);
        await Storage.ApiKeys.CreateAsync(key, Token);
        await Sqlite.HoldBackAsync(Storage);
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        Assert.Equal(key, await Storage.ApiKeys.FindAsync(key.Hash, Token));
        Assert.Empty(await Storage.Budgets.ListAsync(Scope, Token));
        Assert.Equal(tenant, await Storage.Organizations.EnsureDefaultAsync(Now, Token));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.Budgets.GetSpendingAsync(Scope, Now, Token));
    }

    // Several times, since the first one could be in time by chance.
    private async Task EachTimeAsync(Func<Settlement, int, Task> look, Func<Settlement, Task>? before = null)
    {
        for (var count = 1; count <= 5; count++)
        {
            var settlement = Samples.Settlement(Now) with { HoldRecorded = before is not null };
            if (before is not null)
            {
                await before(settlement);
            }

            await Storage.Settlements.SettleAsync(settlement);
            await look(settlement, count);
        }

        await AssertBooksAreRightAsync();
    }
}
