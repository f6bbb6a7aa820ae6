using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Patchbay.Storage.Tests;

public sealed class PostgresSettlementTests(PostgresServer server) : SettlementCompliance(new PostgresTestDatabase(server))
{
    /// <summary>The journal took it before the database could say no: its record is kept beside.</summary>
    protected override async Task AssertRefusedAsync(Settlement settlement)
    {
        await Storage.Settlements.SettleAsync(settlement);
        Assert.Null(await Storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
        Assert.Equal(settlement.Generation.Id, Assert.Single(((PostgresTestDatabase)Database).ReadRefused()).Generation.Id);
    }
}

public sealed class PostgresDirectSettlementTests(PostgresServer server)
    : SettlementCompliance(new PostgresTestDatabase(server) { UsesJournal = false });

public sealed class PostgresDirectThroughputTests(PostgresServer server)
    : ThroughputCompliance(new PostgresTestDatabase(server) { UsesJournal = false });

public sealed class PostgresDirectOutageTests(PostgresServer server)
    : OutageCompliance(new PostgresTestDatabase(server) { UsesJournal = false });

public sealed class PostgresThroughputTests(PostgresServer server) : ThroughputCompliance(new PostgresTestDatabase(server));

public sealed class PostgresApiKeyTests(PostgresServer server) : ApiKeyCompliance(new PostgresTestDatabase(server));

public sealed class PostgresOrganizationTests(PostgresServer server) : OrganizationCompliance(new PostgresTestDatabase(server));

public sealed class PostgresCounterTests(PostgresServer server) : CounterCompliance(new PostgresTestDatabase(server));

public sealed class PostgresRateLimitTests(PostgresServer server) : RateLimitCompliance(new PostgresTestDatabase(server));

public sealed class PostgresBudgetPlanTests(PostgresServer server) : BudgetPlanCompliance(new PostgresTestDatabase(server));

public sealed class PostgresWorkspaceTests(PostgresServer server) : WorkspaceCompliance(new PostgresTestDatabase(server));

public sealed class PostgresAlertTests(PostgresServer server) : AlertCompliance(new PostgresTestDatabase(server));

public sealed class PostgresBudgetTests(PostgresServer server) : BudgetCompliance(new PostgresTestDatabase(server));

public sealed class PostgresGenerationTests(PostgresServer server) : GenerationCompliance(new PostgresTestDatabase(server));

public sealed class PostgresLedgerTests(PostgresServer server) : LedgerCompliance(new PostgresTestDatabase(server));

public sealed class PostgresUsageTests(PostgresServer server) : UsageCompliance(new PostgresTestDatabase(server));

public sealed class PostgresOpenHoldTests(PostgresServer server) : OpenHoldCompliance(new PostgresTestDatabase(server));

public sealed class PostgresByokKeyTests(PostgresServer server) : ByokKeyCompliance(new PostgresTestDatabase(server));

public sealed class PostgresCatalogOverrideTests(PostgresServer server) : CatalogOverrideCompliance(new PostgresTestDatabase(server));

public sealed class PostgresPaymentTests(PostgresServer server) : PaymentCompliance(new PostgresTestDatabase(server));

public sealed class PostgresOutageTests(PostgresServer server) : OutageCompliance(new PostgresTestDatabase(server))
{
    /// <summary>The journal takes them; whoever must see them learns that the database has not.</summary>
    protected override async Task<int> SettleInOutageAsync(IReadOnlyList<Settlement> settlements)
    {
        await Task.WhenAll(settlements.Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()));
        Assert.False(await Storage.CanWriteAsync(Token));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.Ledger.GetTotalsAsync(Token));
        return settlements.Count;
    }
}

public sealed class PostgresOpeningTests(PostgresServer server) : OpeningCompliance(new PostgresTestDatabase(server));

public sealed class PostgresAuditTests(PostgresServer server) : AuditCompliance(new PostgresTestDatabase(server))
{
    protected override Task PermitAsync() =>
        Database.ExecuteAsync("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_amount_nanos_check");

    [Fact]
    public async Task A_row_without_its_key_and_a_key_without_its_row_are_found()
    {
        await FillAsync();
        await Database.ExecuteAsync("UPDATE generation_key SET id = 'gen-lost' WHERE batch_id = 1");
        var findings = await Storage.Ledger.AuditAsync(Token);
        Assert.Contains(findings, finding => finding is { Invariant: "I5 generation", Subject: "gen-lost" });
        Assert.Contains(findings, finding => finding.Detail == "the row has no matching key");
    }
}

public sealed class PostgresCreditTests(PostgresServer server) : CreditCompliance(new PostgresTestDatabase(server));

public sealed class PostgresCreditModelTests(PostgresServer server) : CreditModelCompliance(new PostgresTestDatabase(server));

public sealed class PostgresIdempotencyTests(PostgresServer server) : IdempotencyCompliance(new PostgresTestDatabase(server));
