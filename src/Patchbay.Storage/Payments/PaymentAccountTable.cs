using System.Data.Common;
using Dapper;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Payers over a connection of either database.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="transaction">Its transaction; null where each statement is one, or where the connection knows.</param>
/// <param name="dialect">The database's words.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class PaymentAccountTable(
    DbConnection connection, DbTransaction? transaction, CreditDialect dialect, CancellationToken cancellationToken)
{
    private readonly string _columns = $"""
        organization_id, buyer, customer_id, card_customer_id, card_method_id, card_label, topup_enabled, threshold_nanos,
          amount_nanos, cap_nanos, topup_sequence, topup_pending, topup_failures, topup_problem, {dialect.Time("topup_next_at")}
        """;

    /// <summary>A payer.</summary>
    public async Task<PaymentAccount> GetAsync(Guid organizationId, string lockRow = "")
    {
        await using var rows = await connection.ExecuteReaderAsync(Command(
            $"SELECT {_columns} FROM payment_account WHERE organization_id = @organization {lockRow}",
            ("organization", dialect.IdValue(organizationId))));
        return await rows.FirstAsync(Read, cancellationToken) ?? new PaymentAccount { OrganizationId = organizationId };
    }

    /// <summary>Payers to look at.</summary>
    public async Task<IReadOnlyList<PaymentAccount>> ListTopUpsAsync()
    {
        await using var rows = await connection.ExecuteReaderAsync(Command(
            $"SELECT {_columns} FROM payment_account WHERE topup_enabled = 1 OR topup_pending IS NOT NULL"));
        return await rows.ListAsync(Read, cancellationToken);
    }

    /// <summary>Keeps who is named on receipts.</summary>
    public Task SetBuyerAsync(Guid organizationId, Buyer buyer) =>
        ChangeAsync(organizationId, "buyer = @buyer", ("buyer", buyer.ToText()));

    /// <summary>Keeps a customer's id when there is none.</summary>
    public Task SetCustomerAsync(Guid organizationId, string customerId) =>
        ChangeAsync(organizationId, "customer_id = coalesce(customer_id, @customer)", ("customer", customerId));

    /// <summary>Keeps or forgets a card.</summary>
    public Task SetCardAsync(Guid organizationId, SavedCard? card) => ChangeAsync(
        organizationId,
        "card_customer_id = @customer, card_method_id = @method, card_label = @label",
        ("customer", card?.CustomerId), ("method", card?.MethodId), ("label", card?.Label));

    /// <summary>Keeps a rule.</summary>
    public Task SetTopUpAsync(Guid organizationId, TopUpRule rule) => ChangeAsync(
        organizationId,
        """
        topup_enabled = @enabled, threshold_nanos = @threshold, amount_nanos = @amount, cap_nanos = @cap,
          topup_failures = 0, topup_problem = NULL, topup_next_at = NULL
        """,
        ("enabled", rule.Enabled ? 1 : 0), ("threshold", rule.Threshold.Nanos), ("amount", rule.Amount.Nanos),
        ("cap", rule.DailyCap.Nanos));

    /// <summary>Begins an automatic payment; the row is locked or the connection the only writer.</summary>
    public Task BeginTopUpAsync(Payment payment, long sequence) => ChangeAsync(
        payment.OrganizationId,
        "topup_sequence = @sequence, topup_pending = @payment",
        ("sequence", sequence), ("payment", dialect.IdValue(payment.Id)));

    /// <summary>Ends the payment on its way.</summary>
    public Task EndTopUpAsync(Guid organizationId, Guid paymentId, TopUpEnd end) => connection.ExecuteAsync(Command(
        $"""
        UPDATE payment_account SET topup_pending = NULL, topup_failures = @failures, topup_problem = @problem,
          topup_next_at = {Time(end.NextAt)}, topup_enabled = CASE WHEN @off = 1 THEN 0 ELSE topup_enabled END
        WHERE organization_id = @organization AND topup_pending = @payment
        """,
        ("organization", dialect.IdValue(organizationId)), ("payment", dialect.IdValue(paymentId)), ("failures", end.Failures),
        ("problem", end.Problem), ("next", end.NextAt is { } next ? dialect.TimeValue(next) : null),
        ("off", end.SwitchOff ? 1 : 0)));

    /// <summary>Lets the next try wait.</summary>
    public Task PostponeAsync(Guid organizationId, DateTimeOffset until) =>
        ChangeAsync(organizationId, "topup_next_at = @until", ("until", dialect.TimeValue(until)));

    private static string Time(DateTimeOffset? time) => time is null ? "NULL" : "@next";

    private static PaymentAccount Read(DbDataReader row) => new()
    {
        OrganizationId = row.Id(0),
        Buyer = Buyer.FromText(row.TextOrNull(1)),
        CustomerId = row.TextOrNull(2),
        Card = row.TextOrNull(4) is { } method ? new SavedCard(row.GetString(3), method, row.GetString(5)) : null,
        TopUp = new TopUpState
        {
            Rule = new TopUpRule(
                row.GetInt32(6) != 0, new Money(row.GetInt64(7)), new Money(row.GetInt64(8)), new Money(row.GetInt64(9))),
            Sequence = row.GetInt64(10),
            PendingId = row.IdOrNull(11),
            Failures = row.GetInt32(12),
            Problem = row.TextOrNull(13),
            NextAt = row.TimeOrNull(14),
        },
    };

    private async Task ChangeAsync(Guid organizationId, string set, params (string Name, object? Value)[] values)
    {
        var id = dialect.IdValue(organizationId);
        await connection.ExecuteAsync(Command(
            "INSERT INTO payment_account (organization_id) VALUES (@organization) ON CONFLICT DO NOTHING", ("organization", id)));
        await connection.ExecuteAsync(Command(
            $"UPDATE payment_account SET {set} WHERE organization_id = @organization", [.. values, ("organization", id)]));
    }

    private CommandDefinition Command(string sql, params (string Name, object? Value)[] values) =>
        SqlCommand.Of(sql, transaction, cancellationToken, values);
}
