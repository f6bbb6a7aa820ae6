namespace Patchbay.Storage;

/// <summary>The audit's queries. Each selects only what is wrong; both databases read the same text but for the words of
/// <see cref="AuditDialect"/>.</summary>
/// <param name="dialect">Those words.</param>
internal sealed class AuditQueries(AuditDialect dialect)
{
    public string BalanceSum => "SELECT CAST(coalesce(sum(balance_nanos), 0) AS bigint) FROM ledger_account";

    public string Balances => """
        SELECT name, CAST(sum(balance) AS bigint), CAST(sum(amount) AS bigint)
        FROM (
          SELECT name, balance_nanos AS balance, 0 AS amount FROM ledger_account
          UNION ALL SELECT credit, 0, amount_nanos FROM ledger_entry
          UNION ALL SELECT debit, 0, -amount_nanos FROM ledger_entry
        ) AS movement
        GROUP BY name
        HAVING sum(balance) <> sum(amount)
        ORDER BY name
        """;

    public string Amounts => """
        SELECT reference, amount_nanos FROM ledger_entry WHERE amount_nanos <= 0 ORDER BY batch_id, number
        """;

    public string RepeatedGenerations => """
        SELECT id, count(*) FROM generation GROUP BY id HAVING count(*) > 1 ORDER BY id
        """;

    public string GenerationsWithoutBatch => """
        SELECT g.id, g.batch_id, g.charge_nanos
        FROM generation g LEFT JOIN ledger_batch b ON b.id = g.batch_id AND b.kind = 0
        WHERE b.id IS NULL ORDER BY g.id
        """;

    public string SettledHolds => """
        SELECT h.generation_id, h.amount_nanos
        FROM open_hold h JOIN generation g ON g.id = h.generation_id
        ORDER BY h.generation_id
        """;

    public string? UnpairedKeys => !dialect.HasKeyTable ? null : """
        SELECT coalesce(k.id, g.id), k.id IS NULL
        FROM generation_key k
        FULL JOIN generation g ON g.id = k.id AND g.created_at = k.created_at AND g.batch_id = k.batch_id
        WHERE k.id IS NULL OR g.id IS NULL ORDER BY 1
        """;

    public string? OverdrawnLeases => !dialect.HasKeyTable ? null : """
        SELECT level || '/' || scope_id || '/' || kind || '/' || window_start, granted_nanos - returned_nanos, used_nanos
        FROM lease WHERE granted_nanos < returned_nanos + used_nanos ORDER BY 1
        """;

    public string BatchSums => """
        SELECT id, CAST(sum(charge) AS bigint), CAST(sum(charged) AS bigint), CAST(sum(posted) AS bigint),
          CAST(sum(generations) AS bigint), CAST(sum(found) AS bigint)
        FROM (
          SELECT id, charge_nanos AS charge, 0 AS charged, 0 AS posted, generations, 0 AS found FROM ledger_batch
          UNION ALL SELECT batch_id, 0, charge_nanos, 0, 0, 1 FROM generation
          UNION ALL SELECT e.batch_id, 0, 0, e.amount_nanos, 0, 0
          FROM ledger_entry e JOIN ledger_batch b ON b.id = e.batch_id
          WHERE b.kind = 0 AND e.credit IN (@revenue, @fees) AND e.debit <> @discount
        ) AS part
        GROUP BY id
        HAVING sum(charge) <> sum(charged) OR sum(charge) <> sum(posted) OR sum(generations) <> sum(found)
        ORDER BY id
        """;

    public string Chain => $"""
        SELECT b.id, b.kind, {dialect.BatchTime}, b.generations, b.charge_nanos, b.previous_hash, b.hash,
          e.debit, e.credit, e.amount_nanos, e.reference
        FROM ledger_batch b LEFT JOIN ledger_entry e ON e.batch_id = b.id
        ORDER BY b.id, e.number
        """;

    public string EntriesWithoutBatch => """
        SELECT e.reference, e.batch_id, e.amount_nanos
        FROM ledger_entry e LEFT JOIN ledger_batch b ON b.id = e.batch_id
        WHERE b.id IS NULL ORDER BY e.batch_id, e.number
        """;

    public string Spending => $"""
        SELECT level, scope_id, day, CAST(sum(credits) AS bigint), CAST(sum(charged) AS bigint),
          CAST(sum(byok) AS bigint), CAST(sum(listed) AS bigint), CAST(sum(requests) AS bigint), CAST(sum(found) AS bigint)
        FROM (
          SELECT level, scope_id, {dialect.SpendingDay} AS day, credits_nanos AS credits, 0 AS charged,
            byok_nanos AS byok, 0 AS listed, requests, 0 AS found
          FROM spending
          UNION ALL {GenerationPart(0, "organization_id")}
          UNION ALL {GenerationPart(1, "workspace_id")}
          UNION ALL {GenerationPart(2, "member_id")}
          UNION ALL {GenerationPart(3, "key_id")}
          UNION ALL {GenerationPart(4, dialect.Seat)}
        ) AS part
        GROUP BY level, scope_id, day
        HAVING sum(credits) <> sum(charged) OR sum(byok) <> sum(listed) OR sum(requests) <> sum(found)
        ORDER BY level, scope_id, day
        """;

    public string NegativeHolds => """
        SELECT generation_id, amount_nanos FROM open_hold WHERE amount_nanos < 0 ORDER BY generation_id
        """;

    public string OverdrawnPromotions => """
        SELECT name, balance_nanos FROM ledger_account WHERE name LIKE 'liability:promo:%' AND balance_nanos < 0 ORDER BY name
        """;

    // Every generation counts at its organization and its workspace, and at most once at a member and a key.
    public string SpendingLevels => $"""
        SELECT {dialect.SpendingDay}, CAST({LevelSum(0)} AS bigint), CAST({LevelSum(1)} AS bigint),
          CAST({LevelSum(2)} AS bigint), CAST({LevelSum(3)} AS bigint)
        FROM spending GROUP BY day
        HAVING {LevelSum(0)} <> {LevelSum(1)} OR {LevelSum(2)} > {LevelSum(0)} OR {LevelSum(3)} > {LevelSum(0)}
        ORDER BY day
        """;

    // What each posting did to funds, to fees and at gateways, and what its transaction says of it.
    public string CreditTransactions => $"""
        SELECT id, CAST(sum(amount) AS bigint), CAST(sum(funds) AS bigint), CAST(sum(fee) AS bigint), CAST(sum(fees) AS bigint),
          CAST(sum(paid) AS bigint), CAST(sum(cleared) AS bigint)
        FROM (
          SELECT batch_id AS id, amount_nanos AS amount, 0 AS funds, fee_nanos AS fee, 0 AS fees, paid_nanos AS paid, 0 AS cleared
          FROM credit_transaction
          UNION ALL SELECT e.batch_id, 0, {Moved("liability:%")}, 0, {Moved("revenue:fees")}, 0, -({Moved("asset:%")})
          FROM ledger_entry e LEFT JOIN ledger_batch b ON b.id = e.batch_id WHERE b.kind IS NULL OR b.kind = 1
        ) AS part
        GROUP BY id
        HAVING sum(amount) <> sum(funds) OR sum(fee) <> sum(fees) OR sum(paid) <> sum(cleared)
        ORDER BY id
        """;

    public string Funds => $"""
        SELECT organization, CAST(sum(balance) AS bigint), CAST(sum(given) AS bigint), CAST(sum(used) AS bigint)
        FROM (
          SELECT substr(name, 19) AS organization, balance_nanos AS balance, 0 AS given, 0 AS used
          FROM ledger_account WHERE name LIKE 'liability:credits:%'
          UNION ALL SELECT substr(name, 17, 32), balance_nanos, 0, 0 FROM ledger_account WHERE name LIKE 'liability:promo:%'
          UNION ALL SELECT {dialect.OrganizationName}, 0, amount_nanos, 0 FROM credit_transaction
          UNION ALL SELECT {dialect.ScopeName}, 0, 0, credits_nanos FROM spending WHERE level = 0
        ) AS part
        GROUP BY organization
        HAVING sum(balance) <> sum(given) - sum(used)
        ORDER BY organization
        """;

    private static string LevelSum(int level) => $"sum(CASE WHEN level = {level} THEN credits_nanos ELSE 0 END)";

    private static string Moved(string account) =>
        $"CASE WHEN e.credit LIKE '{account}' THEN e.amount_nanos ELSE 0 END - CASE WHEN e.debit LIKE '{account}' THEN e.amount_nanos ELSE 0 END";

    public string Rollups => $"""
        SELECT grain, organization_id, day, CAST(sum(requests) AS bigint), CAST(sum(found) AS bigint),
          CAST(sum(charge) AS bigint), CAST(sum(charged) AS bigint), CAST(sum(cost) AS bigint), CAST(sum(listed) AS bigint),
          CAST(sum(tokens) AS bigint), CAST(sum(used) AS bigint)
        FROM (
          SELECT grain, organization_id, bucket / 86400000 AS day, requests, 0 AS found, charge, 0 AS charged,
            cost + loss AS cost, 0 AS listed, prompt + completion AS tokens, 0 AS used
          FROM usage_rollup WHERE grain = 2 OR bucket >= (SELECT hours_from FROM usage_roller WHERE id = 1)
          UNION ALL {RollupPart(2, "")}
          UNION ALL {RollupPart(1, $"AND {dialect.GenerationTime} >= (SELECT hours_from FROM usage_roller WHERE id = 1)")}
        ) AS part
        GROUP BY grain, organization_id, day
        HAVING sum(requests) <> sum(found) OR sum(charge) <> sum(charged) OR sum(cost) <> sum(listed) OR sum(tokens) <> sum(used)
        ORDER BY grain, organization_id, day
        """;

    private string RollupPart(int grain, string also) => $"""
        SELECT {grain}, organization_id, {dialect.GenerationDay}, 0, count(*), 0, sum(charge_nanos), 0,
          sum(provider_cost_nanos + loss_nanos), 0, sum(coalesce(uncached_input, 0) + coalesce(cache_read, 0)
            + coalesce(cache_write, 0) + coalesce(cache_write_1h, 0) + coalesce(audio_input, 0) + coalesce(output, 0)
            + coalesce(reasoning, 0) + coalesce(audio_output, 0))
        FROM generation WHERE batch_id <= (SELECT batch_id FROM usage_roller WHERE id = 1) {also}
        GROUP BY organization_id, {dialect.GenerationDay}
        """;

    private string GenerationPart(int level, string scope) => $"""
        SELECT {level}, {scope}, {dialect.GenerationDay}, 0, sum(charge_nanos), 0,
          sum(CASE WHEN is_byok THEN provider_cost_nanos ELSE 0 END), 0, count(*)
        FROM generation WHERE {scope} IS NOT NULL GROUP BY {scope}, {dialect.GenerationDay}
        """;
}
