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

public sealed class SqliteAlertTests() : AlertCompliance(new SqliteTestDatabase());

public sealed class SqliteBudgetTests() : BudgetCompliance(new SqliteTestDatabase());

public sealed class SqliteGenerationTests() : GenerationCompliance(new SqliteTestDatabase());

public sealed class SqliteLedgerTests() : LedgerCompliance(new SqliteTestDatabase());

public sealed class SqliteAuditTests() : AuditCompliance(new SqliteTestDatabase());

public sealed class SqliteUsageTests() : UsageCompliance(new SqliteTestDatabase());

public sealed class SqliteOpenHoldTests() : OpenHoldCompliance(new SqliteTestDatabase());

public sealed class SqliteCatalogOverrideTests() : CatalogOverrideCompliance(new SqliteTestDatabase());

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

public sealed class SqliteOpeningTests() : OpeningCompliance(new SqliteTestDatabase());

public sealed class SqliteCreditTests() : CreditCompliance(new SqliteTestDatabase());

public sealed class SqliteCreditModelTests() : CreditModelCompliance(new SqliteTestDatabase());

public sealed class SqliteIdempotencyTests() : IdempotencyCompliance(new SqliteTestDatabase());
