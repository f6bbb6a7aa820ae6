using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage.Postgres;
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

public sealed class PostgresCounterTests(PostgresServer server) : CounterCompliance(new PostgresTestDatabase(server))
{
    [Fact]
    public async Task A_database_that_does_not_answer_is_given_up_and_others_do_not_wait_for_it()
    {
        var day = new DateTimeOffset(2026, 3, 11, 0, 0, 0, TimeSpan.Zero);
        await ((PostgresTestDatabase)Database).WhileLockedAsync("shared_counter", async () =>
        {
            var counts = Enumerable.Range(0, 20).Select(_ => Storage.Counters.TryTakeAsync("free:x", day, 1, 50, Token).AsTask());
            foreach (var count in counts.ToArray())
            {
                await Assert.ThrowsAsync<StorageUnavailableException>(() => count);
            }
        });

        while (true)
        {
            try
            {
                Assert.True((await Storage.Counters.TryTakeAsync("free:x", day, 1, 50, Token)).IsTaken);
                break;
            }
            catch (StorageUnavailableException)
            {
                await Task.Delay(50, Token);
            }
        }
    }
}

public sealed class PostgresRateLimitTests(PostgresServer server) : RateLimitCompliance(new PostgresTestDatabase(server));

public sealed class PostgresBudgetPlanTests(PostgresServer server) : BudgetPlanCompliance(new PostgresTestDatabase(server));

public sealed class PostgresWorkspaceTests(PostgresServer server) : WorkspaceCompliance(new PostgresTestDatabase(server));

public sealed class PostgresGuardrailTests(PostgresServer server) : GuardrailCompliance(new PostgresTestDatabase(server));

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
        Assert.True(await Storage.CanSettleAsync(Token));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.Ledger.GetTotalsAsync(Token));
        return settlements.Count;
    }

    [Fact]
    public async Task After_a_fault_of_the_journal_settlements_go_on_though_the_database_is_away()
    {
        await Database.BeginOutageAsync(Storage);
        foreach (var file in ((PostgresStorage)Storage).Journal!.Segments.Files)
        {
            file!.Handle.Dispose();
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => Storage.Settlements.SettleAsync(Samples.Settlement(Now)).AsTask());
        while (!await Storage.CanSettleAsync(Token))
        {
            await Task.Delay(50, Token);
        }

        Assert.False(await Storage.CanWriteAsync(Token));
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        await Database.EndOutageAsync(Storage);
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
