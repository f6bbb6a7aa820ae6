using System.Data.Common;
using Dapper;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Reads and writes credits over a connection of either database.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="transaction">Its transaction; null where each statement is one, or where the connection knows.</param>
/// <param name="dialect">The database's words.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class CreditTables(
    DbConnection connection, DbTransaction? transaction, CreditDialect dialect, CancellationToken cancellationToken)
{
    // In the words of the partial index, so that it is used.
    private static readonly string[] IndexBounds = ["liability:promo:", "liability:promo;"];

    private const string InsertSql = """
        INSERT INTO credit_transaction (batch_id, id, organization_id, kind, amount_nanos, fee_nanos, paid_nanos, reference,
          gateway, external_id, related_id, expires_at, note, actor, created_at)
        VALUES (@batch, @id, @organization, @kind, @amount, @fee, @paid, @reference, @gateway, @external, @related, @expires,
          @note, @actor, @created)
        """;

    private readonly string _columns = $"""
        batch_id, id, organization_id, kind, amount_nanos, fee_nanos, paid_nanos, reference, gateway, external_id, related_id,
          {dialect.Time("expires_at")}, note, actor, {dialect.Time("created_at")}
        """;

    /// <summary>Selects promotions with something left whose names lie between two expressions.</summary>
    public static string LotsSql(string collation, string from, string to) => $"""
        SELECT name, balance_nanos FROM ledger_account
        WHERE balance_nanos > 0
          AND name {collation} > '{IndexBounds[0]}' AND name {collation} < '{IndexBounds[1]}'
          AND name {collation} > {from} AND name {collation} < {to}
        """;

    /// <summary>What the order is decided by.</summary>
    public async Task<CreditState> ReadStateAsync(CreditOrder order)
    {
        var related = order.Concerns is { } concerned
            ? await ListAsync("WHERE id = @id OR related_id = @id ORDER BY batch_id", ("id", dialect.IdValue(concerned)))
            : [];
        var (gateway, external) = order switch
        {
            PurchaseOrder purchase => (purchase.Gateway, purchase.ExternalId),
            ReversalOrder reversal => (GatewayOf(related), reversal.ExternalId),
            DisputeOrder dispute => (GatewayOf(related), dispute.ExternalId),
            _ => (null, null),
        };
        var same = await ListAsync(
            "WHERE reference = @reference OR (gateway = @gateway AND external_id = @external) ORDER BY batch_id",
            ("reference", order.Reference), ("gateway", gateway), ("external", external));
        var account = await ReadAccountAsync(order.OrganizationId);
        return new CreditState(account.Credits, account.Lots, same.Count > 0 ? same[0] : null, related);
    }

    /// <summary>The funds of an organization.</summary>
    public async Task<CreditAccount> ReadAccountAsync(Guid organizationId)
    {
        var credits = LedgerAccount.Credits(organizationId);
        var disputes = LedgerAccount.Disputes(organizationId);
        var (from, to) = LotRange.Of(organizationId);
        var sql = $"""
            SELECT name, balance_nanos FROM ledger_account WHERE name = @credits OR name = @disputes
            UNION ALL {LotsSql(dialect.Collation, "@from", "@to")}
            UNION ALL SELECT 'used', CAST(coalesce(sum(credits_nanos), 0) AS bigint) FROM spending
              WHERE level = 0 AND scope_id = @organization
            UNION ALL SELECT 'bought', CAST(coalesce(sum(amount_nanos), 0) AS bigint) FROM credit_transaction
              WHERE organization_id = @organization AND kind IN (2, 3, 4, 7, 9)
            """;
        var lots = new List<CreditLot>();
        var amounts = new Dictionary<string, Money>(StringComparer.Ordinal);
        await using var row = await connection.ExecuteReaderAsync(Command(
            sql, ("credits", credits), ("disputes", disputes), ("from", from), ("to", to),
            ("organization", dialect.IdValue(organizationId))));
        while (await row.ReadAsync(cancellationToken))
        {
            var (name, amount) = (row.GetString(0), new Money(row.GetInt64(1)));
            if (string.CompareOrdinal(name, from) > 0 && string.CompareOrdinal(name, to) < 0)
            {
                lots.Add(new CreditLot(name, amount));
            }
            else
            {
                amounts[name] = amount;
            }
        }

        Sort(lots);
        return new CreditAccount(
            amounts.GetValueOrDefault(credits), lots, Money.Zero - amounts.GetValueOrDefault(disputes),
            amounts.GetValueOrDefault("used"), amounts.GetValueOrDefault("bought"));
    }

    /// <summary>Promotions of all organizations whose time is over.</summary>
    public async Task<IReadOnlyList<CreditLot>> ListEndedAsync(DateTimeOffset now)
    {
        var lots = new List<CreditLot>();
        await using var row = await connection.ExecuteReaderAsync(Command(
            LotsSql(dialect.Collation, "@from", "@to"), ("from", IndexBounds[0]), ("to", IndexBounds[1])));
        while (await row.ReadAsync(cancellationToken))
        {
            var lot = new CreditLot(row.GetString(0), new Money(row.GetInt64(1)));
            if (lot.ExpiresAt <= now)
            {
                lots.Add(lot);
            }
        }

        Sort(lots);
        return lots;
    }

    /// <summary>Whose funds changed after a batch.</summary>
    public async Task<CreditChanges> ListChangesAsync(long batchId)
    {
        var last = batchId;
        var organizations = new HashSet<Guid>();
        await using var row = await connection.ExecuteReaderAsync(Command(
            "SELECT batch_id, organization_id FROM credit_transaction WHERE batch_id > @batch ORDER BY batch_id",
            ("batch", batchId)));
        while (await row.ReadAsync(cancellationToken))
        {
            last = row.GetInt64(0);
            organizations.Add(row.Id(1));
        }

        return new CreditChanges(last, [.. organizations]);
    }

    /// <summary>Transactions of an organization, the newest first.</summary>
    public Task<IReadOnlyList<CreditTransaction>> ListAsync(Guid organizationId, int offset, int limit) => ListAsync(
        "WHERE organization_id = @organization ORDER BY batch_id DESC LIMIT @limit OFFSET @offset",
        ("organization", dialect.IdValue(organizationId)), ("limit", limit), ("offset", offset));

    /// <summary>Purchases of an organization, the newest first.</summary>
    public Task<IReadOnlyList<CreditTransaction>> ListPurchasesAsync(Guid organizationId, int offset, int limit) => ListAsync(
        "WHERE organization_id = @organization AND kind = 2 ORDER BY batch_id DESC LIMIT @limit OFFSET @offset",
        ("organization", dialect.IdValue(organizationId)), ("limit", limit), ("offset", offset));

    /// <summary>A transaction and all that concern it.</summary>
    public Task<IReadOnlyList<CreditTransaction>> ListAboutAsync(Guid id, Guid organizationId) => ListAsync(
        "WHERE (id = @id OR related_id = @id) AND organization_id = @organization ORDER BY batch_id",
        ("id", dialect.IdValue(id)), ("organization", dialect.IdValue(organizationId)));

    /// <summary>Refunds at a gateway after a time.</summary>
    public Task<IReadOnlyList<CreditTransaction>> ListRefundsAsync(string gateway, DateTimeOffset after) => ListAsync(
        "WHERE kind = 3 AND gateway = @gateway AND created_at > @after ORDER BY batch_id",
        ("gateway", gateway), ("after", dialect.TimeValue(after)));

    /// <summary>Transactions of an organization in a time.</summary>
    public Task<IReadOnlyList<CreditTransaction>> ListBetweenAsync(
        Guid organizationId, DateTimeOffset from, DateTimeOffset to) => ListAsync(
        "WHERE organization_id = @organization AND created_at >= @from AND created_at < @to ORDER BY batch_id",
        ("organization", dialect.IdValue(organizationId)), ("from", dialect.TimeValue(from)), ("to", dialect.TimeValue(to)));

    /// <summary>A transaction of an organization.</summary>
    public async Task<CreditTransaction?> FindAsync(Guid id, Guid organizationId)
    {
        var found = await ListAsync(
            "WHERE id = @id AND organization_id = @organization",
            ("id", dialect.IdValue(id)), ("organization", dialect.IdValue(organizationId)));
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>The transaction of something at a gateway.</summary>
    public async Task<CreditTransaction?> FindAsync(string gateway, string externalId)
    {
        var found = await ListAsync(
            "WHERE gateway = @gateway AND external_id = @external", ("gateway", gateway), ("external", externalId));
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>Keeps the transaction of a batch.</summary>
    public async Task InsertAsync(CreditTransaction credit) => await connection.ExecuteAsync(Command(
        InsertSql,
        ("batch", credit.BatchId),
        ("id", dialect.IdValue(credit.Id)),
        ("organization", dialect.IdValue(credit.OrganizationId)),
        ("kind", (int)credit.Kind),
        ("amount", credit.Amount.Nanos),
        ("fee", credit.Fee.Nanos),
        ("paid", credit.Paid.Nanos),
        ("reference", credit.Reference),
        ("gateway", credit.Gateway),
        ("external", credit.ExternalId),
        ("related", credit.RelatedId is { } related ? dialect.IdValue(related) : null),
        ("expires", credit.ExpiresAt is { } expires ? dialect.TimeValue(expires) : null),
        ("note", credit.Note),
        ("actor", credit.Actor),
        ("created", dialect.TimeValue(credit.CreatedAt))));

    private static string? GatewayOf(IReadOnlyList<CreditTransaction> related) => related.Count > 0 ? related[0].Gateway : null;

    private static void Sort(List<CreditLot> lots) =>
        lots.Sort(static (left, right) => string.CompareOrdinal(left.Account, right.Account));

    private async Task<IReadOnlyList<CreditTransaction>> ListAsync(string where, params (string Name, object? Value)[] values)
    {
        await using var rows = await connection.ExecuteReaderAsync(
            Command($"SELECT {_columns} FROM credit_transaction {where}", values));
        return await rows.ListAsync(Read, cancellationToken);
    }

    private static CreditTransaction Read(DbDataReader row) => new()
    {
        BatchId = row.GetInt64(0),
        Id = row.Id(1),
        OrganizationId = row.Id(2),
        Kind = (CreditKind)row.GetInt32(3),
        Amount = new Money(row.GetInt64(4)),
        Fee = new Money(row.GetInt64(5)),
        Paid = new Money(row.GetInt64(6)),
        Reference = row.GetString(7),
        Gateway = row.TextOrNull(8),
        ExternalId = row.TextOrNull(9),
        RelatedId = row.IdOrNull(10),
        ExpiresAt = row.TimeOrNull(11),
        Note = row.TextOrNull(12),
        Actor = row.GetString(13),
        CreatedAt = row.Time(14),
    };

    private CommandDefinition Command(string sql, params (string Name, object? Value)[] values) =>
        SqlCommand.Of(sql, transaction, cancellationToken, values);
}

/// <summary>Between which names the promotions of an organization lie.</summary>
internal static class LotRange
{
    /// <summary>Both ends, neither included.</summary>
    public static (string From, string To) Of(Guid organizationId) =>
        ($"liability:promo:{organizationId:N}:", $"liability:promo:{organizationId:N};");
}
