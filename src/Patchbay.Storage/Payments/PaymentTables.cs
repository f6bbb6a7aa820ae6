using System.Data.Common;
using Dapper;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Reads and writes payments over a connection of either database.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="transaction">Its transaction; null where each statement is one, or where the connection knows.</param>
/// <param name="dialect">The database's words.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class PaymentTables(
    DbConnection connection, DbTransaction? transaction, CreditDialect dialect, CancellationToken cancellationToken)
{
    private readonly string _columns = $"""
        id, organization_id, gateway, kind, state, amount_nanos, fee_nanos, reference, checkout_id, url, payment_id, saves_card,
          buyer, problem, {dialect.Time("created_at")}
        """;

    /// <summary>Keeps a new payment, or returns the one that is there.</summary>
    public async Task<Payment> AddAsync(Payment payment)
    {
        await InsertAsync(payment, "ON CONFLICT DO NOTHING");
        var found = await ListAsync(
            "WHERE id = @id OR reference = @reference", ("id", dialect.IdValue(payment.Id)), ("reference", payment.Reference));
        return found[0];
    }

    /// <summary>A payment by our id.</summary>
    public async Task<Payment?> FindAsync(Guid id) => First(await ListAsync("WHERE id = @id", ("id", dialect.IdValue(id))));

    /// <summary>A payment by either of the gateway's ids.</summary>
    public async Task<Payment?> FindAsync(string gateway, string? checkoutId, string? paymentId) => First(await ListAsync(
        "WHERE gateway = @gateway AND (checkout_id = @checkout OR payment_id = @payment) ORDER BY CASE WHEN checkout_id = @checkout THEN 0 ELSE 1 END",
        ("gateway", gateway), ("checkout", checkoutId ?? ""), ("payment", paymentId ?? "")));

    /// <summary>Payments of an organization, the newest first.</summary>
    public Task<IReadOnlyList<Payment>> ListAsync(Guid organizationId, int offset, int limit) => ListAsync(
        "WHERE organization_id = @organization ORDER BY created_at DESC, id DESC LIMIT @limit OFFSET @offset",
        ("organization", dialect.IdValue(organizationId)), ("limit", limit), ("offset", offset));

    /// <summary>Payments that are neither paid nor given up.</summary>
    public Task<IReadOnlyList<Payment>> ListOpenAsync(string gateway, DateTimeOffset after) => ListAsync(
        "WHERE gateway = @gateway AND state IN (0, 1) AND created_at > @after ORDER BY created_at, id",
        ("gateway", gateway), ("after", dialect.TimeValue(after)));

    /// <summary>Notes how far a payment is.</summary>
    public Task UpdateAsync(Payment payment) => ExecuteAsync(
        """
        UPDATE payment SET
          state = CASE WHEN state = 2 THEN 2 ELSE @state END,
          problem = CASE WHEN state = 2 THEN NULL ELSE @problem END,
          checkout_id = coalesce(checkout_id, @checkout), url = coalesce(url, @url), payment_id = coalesce(payment_id, @payment)
        WHERE id = @id
        """,
        ("id", dialect.IdValue(payment.Id)), ("state", (int)payment.State), ("problem", payment.Problem ?? ""),
        ("checkout", payment.CheckoutId), ("url", payment.Url), ("payment", payment.PaymentId));

    /// <summary>Whether a message was dealt with.</summary>
    public async Task<bool> IsKnownAsync(string gateway, string eventId) => await connection.ExecuteScalarAsync<long>(Command(
        "SELECT count(*) FROM payment_message WHERE gateway = @gateway AND event_id = @event",
        ("gateway", gateway), ("event", eventId))) > 0;

    /// <summary>Remembers a message.</summary>
    public Task RememberAsync(string gateway, string eventId, string type, string outcome, DateTimeOffset now) => ExecuteAsync(
        """
        INSERT INTO payment_message (gateway, event_id, type, outcome, seen_at) VALUES (@gateway, @event, @type, @outcome, @now)
        ON CONFLICT DO NOTHING
        """,
        ("gateway", gateway), ("event", eventId), ("type", type), ("outcome", outcome), ("now", dialect.TimeValue(now)));

    /// <summary>Up to when a gateway was compared.</summary>
    public async Task<DateTimeOffset?> GetComparedAsync(string gateway)
    {
        await using var row = await connection.ExecuteReaderAsync(Command(
            $"SELECT {dialect.Time("compared_until")} FROM payment_comparison WHERE gateway = @gateway", ("gateway", gateway)));
        return await row.ReadAsync(cancellationToken) ? row.Time(0) : null;
    }

    /// <summary>Notes that, and forgets old messages.</summary>
    public async Task SetComparedAsync(string gateway, DateTimeOffset until, DateTimeOffset forgetBefore)
    {
        await ExecuteAsync(
            """
            INSERT INTO payment_comparison (gateway, compared_until) VALUES (@gateway, @until)
            ON CONFLICT (gateway) DO UPDATE SET compared_until = excluded.compared_until
            """,
            ("gateway", gateway), ("until", dialect.TimeValue(until)));
        await ExecuteAsync(
            "DELETE FROM payment_message WHERE gateway = @gateway AND seen_at < @before",
            ("gateway", gateway), ("before", dialect.TimeValue(forgetBefore)));
    }

    /// <summary>The sum of automatic payments since a time that did not fail.</summary>
    public async Task<Money> SumTopUpsAsync(Guid organizationId, DateTimeOffset since) => new(
        await connection.ExecuteScalarAsync<long>(Command(
            """
            SELECT CAST(coalesce(sum(amount_nanos), 0) AS bigint) FROM payment
            WHERE organization_id = @organization AND kind = 1 AND state NOT IN (3, 4) AND created_at >= @since
            """,
            ("organization", dialect.IdValue(organizationId)), ("since", dialect.TimeValue(since)))));

    /// <summary>Inserts a payment.</summary>
    public Task<int> InsertAsync(Payment payment, string onConflict) => ExecuteAsync(
        $"""
        INSERT INTO payment (id, organization_id, gateway, kind, state, amount_nanos, fee_nanos, reference, checkout_id, url,
          payment_id, saves_card, buyer, problem, created_at)
        VALUES (@id, @organization, @gateway, @kind, @state, @amount, @fee, @reference, @checkout, @url, @payment, @saves,
          @buyer, @problem, @created)
        {onConflict}
        """,
        ("id", dialect.IdValue(payment.Id)), ("organization", dialect.IdValue(payment.OrganizationId)),
        ("gateway", payment.Gateway), ("kind", (int)payment.Kind), ("state", (int)payment.State),
        ("amount", payment.Amount.Nanos), ("fee", payment.Fee.Nanos), ("reference", payment.Reference),
        ("checkout", payment.CheckoutId), ("url", payment.Url), ("payment", payment.PaymentId),
        ("saves", payment.SavesCard ? 1 : 0), ("buyer", payment.Buyer.ToText()), ("problem", payment.Problem),
        ("created", dialect.TimeValue(payment.CreatedAt)));

    private static Payment? First(IReadOnlyList<Payment> found) => found.Count > 0 ? found[0] : null;

    private static Payment Read(DbDataReader row) => new()
    {
        Id = row.Id(0),
        OrganizationId = row.Id(1),
        Gateway = row.GetString(2),
        Kind = (PaymentKind)row.GetInt32(3),
        State = (PaymentState)row.GetInt32(4),
        Amount = new Money(row.GetInt64(5)),
        Fee = new Money(row.GetInt64(6)),
        Reference = row.GetString(7),
        CheckoutId = row.TextOrNull(8),
        Url = row.TextOrNull(9),
        PaymentId = row.TextOrNull(10),
        SavesCard = row.GetInt32(11) != 0,
        Buyer = Buyer.FromText(row.GetString(12)),
        Problem = row.TextOrNull(13) is { Length: > 0 } problem ? problem : null,
        CreatedAt = row.Time(14),
    };

    private async Task<IReadOnlyList<Payment>> ListAsync(string where, params (string Name, object? Value)[] values)
    {
        await using var rows = await connection.ExecuteReaderAsync(Command($"SELECT {_columns} FROM payment {where}", values));
        return await rows.ListAsync(Read, cancellationToken);
    }

    private Task<int> ExecuteAsync(string sql, params (string Name, object? Value)[] values) =>
        connection.ExecuteAsync(Command(sql, values));

    private CommandDefinition Command(string sql, params (string Name, object? Value)[] values) =>
        SqlCommand.Of(sql, transaction, cancellationToken, values);
}
