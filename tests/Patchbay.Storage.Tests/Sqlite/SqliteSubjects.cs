using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public sealed class SqliteSettlementTests() : SettlementCompliance(new SqliteTestDatabase())
{
    /// <summary>The journal took it before the database could say no: its record is kept beside.</summary>
    protected override async Task AssertRefusedAsync(Settlement settlement)
    {
        await Storage.Settlements.SettleAsync(settlement);
        Assert.Null(await Storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
        Assert.Equal(settlement.Generation.Id, Assert.Single(((SqliteTestDatabase)Database).ReadRefused()).Generation.Id);
    }
}

public sealed class SqliteThroughputTests() : ThroughputCompliance(new SqliteTestDatabase());

public sealed class SqliteApiKeyTests() : ApiKeyCompliance(new SqliteTestDatabase());

public sealed class SqliteOrganizationTests() : OrganizationCompliance(new SqliteTestDatabase());

public sealed class SqliteBudgetPlanTests() : BudgetPlanCompliance(new SqliteTestDatabase());

public sealed class SqliteWorkspaceTests() : WorkspaceCompliance(new SqliteTestDatabase());

public sealed class SqliteGuardrailTests() : GuardrailCompliance(new SqliteTestDatabase());

public sealed class SqliteAlertTests() : AlertCompliance(new SqliteTestDatabase());

public sealed class SqliteBudgetTests() : BudgetCompliance(new SqliteTestDatabase());

public sealed class SqliteGenerationTests() : GenerationCompliance(new SqliteTestDatabase());

public sealed class SqliteLedgerTests() : LedgerCompliance(new SqliteTestDatabase());

public sealed class SqliteAuditTests() : AuditCompliance(new SqliteTestDatabase());

public sealed class SqliteUsageTests() : UsageCompliance(new SqliteTestDatabase());

public sealed class SqliteOpenHoldTests() : OpenHoldCompliance(new SqliteTestDatabase());

public sealed class SqliteCatalogOverrideTests() : CatalogOverrideCompliance(new SqliteTestDatabase());

public sealed class SqlitePaymentTests() : PaymentCompliance(new SqliteTestDatabase());

public sealed class SqliteByokKeyTests() : ByokKeyCompliance(new SqliteTestDatabase());

public sealed class SqliteOutageTests() : OutageCompliance(new SqliteTestDatabase())
{
    /// <summary>The journal takes them; whoever must see them learns that the database has not.</summary>
    protected override async Task<int> SettleInOutageAsync(IReadOnlyList<Settlement> settlements)
    {
        await Task.WhenAll(settlements.Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()));
        Assert.False(await Storage.CanWriteAsync(Token));
        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.Ledger.GetTotalsAsync(Token));
        Assert.NotNull(failure.InnerException);
        return settlements.Count;
    }
}

public sealed class SqliteRateLimitTests() : RateLimitCompliance(new SqliteTestDatabase());

public sealed class SqliteCounterTests() : CounterCompliance(new SqliteTestDatabase())
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(23)]
    [InlineData(38)]
    public async Task After_a_crash_a_count_is_at_most_a_chunk_more_or_less_than_it_was(int before)
    {
        for (var i = 0; i < before; i++)
        {
            Assert.True((await Storage.Counters.TryTakeAsync("free:x", Day, 1, 50, Token)).IsTaken);
        }

        await using var copy = ((SqliteTestDatabase)Database).Copy();
        await using var opened = await copy.OpenAsync();
        var after = await opened.Counters.ReadAsync("free:x", Day, Token);
        Assert.InRange(after, Math.Max(0, before - 10), Math.Min(50, before + 10));
        var left = 0;
        while ((await opened.Counters.TryTakeAsync("free:x", Day, 1, 50, Token)).IsTaken)
        {
            left++;
        }

        Assert.Equal(50 - after, left);
        Assert.InRange(before + left, 40, 60);
    }

    [Fact]
    public async Task While_the_disk_takes_nothing_no_more_than_a_chunk_is_counted_beyond_what_is_written()
    {
        Assert.True((await Storage.Counters.TryTakeAsync("free:x", Day, 1, 1000, Token)).IsTaken);
        await Until.TrueAsync(async () => await Database.CountAsync("SELECT coalesce(max(taken), 0) FROM shared_counter") == 11, Token);
        await ((SqliteTestDatabase)Database).HoldBackAsync(Storage);
        var taken = 1;
        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
        {
            while (taken < 100)
            {
                taken += (await Storage.Counters.TryTakeAsync("free:x", Day, 1, 1000, Token)).IsTaken ? 1 : 0;
            }
        });
        Assert.NotNull(failure);
        Assert.InRange(taken, 12, 21);
        await ((SqliteTestDatabase)Database).LetInAsync();
        Assert.True((await Storage.Counters.TryTakeAsync("free:x", Day, 1, 1000, Token)).IsTaken);
    }
}

public sealed class SqliteOpeningTests() : OpeningCompliance(new SqliteTestDatabase());

public sealed class SqliteCreditTests() : CreditCompliance(new SqliteTestDatabase());

public sealed class SqliteCreditModelTests() : CreditModelCompliance(new SqliteTestDatabase());

public sealed class SqliteIdempotencyTests() : IdempotencyCompliance(new SqliteTestDatabase());
