using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class AuditCompliance(TestDatabase database) : StorageCompliance(database)
{
    /// <summary>What is done to the database, and the first word of a rule that must name it.</summary>
    public static TheoryData<string, string, string> Damage => new()
    {
        { "UPDATE ledger_account SET balance_nanos = balance_nanos + 5 WHERE name = 'revenue:usage'", "I1", "all accounts" },
        { "UPDATE ledger_account SET balance_nanos = balance_nanos + 5 WHERE name = 'revenue:usage'", "I2", "revenue:usage" },
        { "DELETE FROM ledger_account WHERE name = 'revenue:usage'", "I2", "revenue:usage" },
        { "UPDATE ledger_entry SET amount_nanos = -1 WHERE reference = 'credit:grant:1:0'", "I4", "credit:grant:1:0" },
        { "UPDATE ledger_entry SET amount_nanos = amount_nanos + 1 WHERE reference = 'credit:grant:1:0'", "I2", "equity:grants" },
        { "UPDATE ledger_entry SET amount_nanos = amount_nanos + 1 WHERE reference = 'credit:grant:1:0'", "I7", "batch 3" },
        { "UPDATE ledger_entry SET debit = 'loss:crash' WHERE reference = 'credit:grant:1:0'", "I7", "batch 3" },
        { "UPDATE ledger_entry SET amount_nanos = 999 WHERE batch_id = 1 AND credit = 'revenue:usage'", "I6", "batch 1" },
        {
            "INSERT INTO ledger_entry SELECT batch_id, number + 9, debit, credit, amount_nanos, 'copy', created_at "
            + "FROM ledger_entry WHERE batch_id = 1 AND credit = 'revenue:usage'",
            "I6", "batch 1"
        },
        { "DELETE FROM ledger_entry WHERE batch_id = 2", "I7", "batch 2" },
        { "DELETE FROM generation WHERE batch_id = 2", "I6", "batch 2" },
        { "DELETE FROM generation WHERE batch_id = 2", "I9", "organization" },
        { "UPDATE generation SET charge_nanos = charge_nanos + 1 WHERE batch_id = 2", "I6", "batch 2" },
        { "UPDATE generation SET batch_id = 77 WHERE batch_id = 2", "I5", "gen-" },
        { "DELETE FROM ledger_batch WHERE id = 2", "I7", "batch 3" },
        { "DELETE FROM ledger_batch WHERE id = 2", "I5", "gen-" },
        { "DELETE FROM ledger_batch WHERE id = 3", "I7", "credit:grant:1:0" },
        { "UPDATE ledger_batch SET charge_nanos = charge_nanos + 1 WHERE id = 1", "I6", "batch 1" },
        { "UPDATE ledger_batch SET previous_hash = hash WHERE id = 2", "I7", "batch 2" },
        { "UPDATE spending SET credits_nanos = credits_nanos - 1 WHERE level = 0", "I9", "organization" },
        { "UPDATE spending SET byok_nanos = byok_nanos + 1 WHERE level = 1", "I9", "workspace" },
        { "UPDATE spending SET requests = requests + 1 WHERE level = 2", "I9", "member" },
        { "DELETE FROM spending WHERE level = 3", "I9", "key" },
        { "DELETE FROM spending WHERE level = 4", "I9", "seat" },
        { "UPDATE spending SET credits_nanos = credits_nanos + 1 WHERE level = 1", "I9 levels", "2026-03-18" },
        { "DELETE FROM credit_transaction", "I10 credits", "batch 3" },
        { "DELETE FROM credit_transaction", "I10 funds", "organization" },
        { "UPDATE credit_transaction SET amount_nanos = amount_nanos + 1", "I10 credits", "batch 3" },
        {
            "INSERT INTO credit_transaction (batch_id, id, organization_id, kind, amount_nanos, fee_nanos, paid_nanos, reference, "
            + "gateway, external_id, actor, created_at) SELECT 99, organization_id, organization_id, 2, 1000, 55, 1055, 'paid', "
            + "'stripe', 'pi_1', 'stripe', created_at FROM generation WHERE batch_id = 1",
            "I10 credits", "batch 99"
        },
        {
            "INSERT INTO ledger_entry SELECT batch_id, number + 9, 'asset:stripe_clearing', 'revenue:fees', 55, 'paid', created_at "
            + "FROM ledger_entry WHERE batch_id = 3",
            "I10 credits", "batch 3"
        },
        { "INSERT INTO ledger_account (name, balance_nanos) VALUES ('liability:promo:x', -3)", "I4", "liability:promo:x" },
        {
            "INSERT INTO open_hold (generation_id, created_at, organization_id, workspace_id, model, streamed, amount_nanos, "
            + "estimated_cost_nanos) SELECT id, created_at, organization_id, workspace_id, model, streamed, 5, 0 "
            + "FROM generation WHERE batch_id = 2",
            "I5", "gen-"
        },
    };

    [Fact]
    public async Task Sound_books_have_no_findings()
    {
        await FillAsync();
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task An_empty_database_has_no_findings()
    {
        await AssertBooksAreRightAsync();
    }

    [Theory]
    [MemberData(nameof(Damage))]
    public async Task Damage_is_found_and_named(string damage, string invariant, string subject)
    {
        await FillAsync();
        await PermitAsync();
        await Database.ExecuteAsync(damage);

        var findings = await Storage.Ledger.AuditAsync(Token);
        Assert.Contains(findings, finding =>
            finding.Invariant.StartsWith(invariant, StringComparison.Ordinal)
            && finding.Subject.StartsWith(subject, StringComparison.Ordinal)
            && finding.Detail.Length > 0);
    }

    /// <summary>Lets damage through that the schema forbids.</summary>
    protected virtual Task PermitAsync() => Task.CompletedTask;

    /// <summary>Two batches of one settlement each, one posting, one more settlement.</summary>
    protected async Task FillAsync()
    {
        await SettleAloneAsync(Samples.Settlement(Now, 1000));
        await SettleAloneAsync(Samples.Settlement(Now, 2000));
        await Storage.Credits.ApplyAsync(
            new GrantOrder(Samples.Organization, "grant:1", "test", new Money(500), null), Token);
        await SettleAloneAsync(new Settlement(Samples.Full(Now), null, []));
    }

    // Whoever reads sees it in the tables, so that the next one comes into another batch.
    private async Task SettleAloneAsync(Settlement settlement)
    {
        await Storage.Settlements.SettleAsync(settlement);
        Assert.NotNull(await Storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token));
    }
}
