namespace Patchbay.Storage.Sqlite;

/// <summary>Adds a batch to the books inside the writer's transaction.</summary>
/// <param name="session">The writer's session.</param>
internal sealed class BatchWriter(SqliteSession session)
{
    private readonly SqliteStatement _head = session.Statement(
        "SELECT id, hash FROM ledger_batch ORDER BY id DESC LIMIT 1");

    private readonly SqliteStatement _batch = session.Statement("""
        INSERT INTO ledger_batch (id, kind, created_at, generations, charge_nanos, previous_hash, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly SqliteStatement _entry = session.Statement("""
        INSERT INTO ledger_entry (batch_id, number, debit, credit, amount_nanos, reference, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly SqliteStatement _balance = session.Statement("""
        INSERT INTO ledger_account (name, balance_nanos) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET balance_nanos = balance_nanos + excluded.balance_nanos
        """);

    private readonly SqliteStatement _spending = session.Statement("""
        INSERT INTO spending (level, scope_id, day, credits_nanos, byok_nanos, requests) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (level, scope_id, day) DO UPDATE SET
          credits_nanos = credits_nanos + excluded.credits_nanos,
          byok_nanos = byok_nanos + excluded.byok_nanos,
          requests = requests + excluded.requests
        """);

    /// <summary>The last batch. Read in each transaction, since a command may write beside the server.</summary>
    public LedgerHead ReadHead()
    {
        var head = _head.Start().Read() ? new LedgerHead(_head.Int64(0), _head.Blob(1)) : LedgerHead.Origin;
        _head.Reset();
        return head;
    }

    /// <summary>Writes the batch, its entries, balances and spending.</summary>
    public void Write(LedgerBatch batch)
    {
        _batch.Start().Add(batch.Id).Add((long)batch.Kind).Add(batch.CreatedAt).Add((long)batch.Generations)
            .Add(batch.ChargeNanos).Add(batch.PreviousHash).Add(batch.Hash).Execute();
        for (var number = 0; number < batch.Entries.Count; number++)
        {
            var entry = batch.Entries[number];
            _entry.Start().Add(batch.Id).Add((long)number).Add(entry.Debit).Add(entry.Credit).Add(entry.AmountNanos)
                .Add(entry.Reference).Add(batch.CreatedAt).Execute();
        }

        foreach (var (account, amount) in batch.Balances)
        {
            _balance.Start().Add(account).Add(amount).Execute();
        }

        foreach (var (day, increment) in batch.Spending)
        {
            _spending.Start().Add((long)increment.Scope.Level).Add(increment.Scope.Id).Add(day)
                .Add(increment.Credits.Nanos).Add(increment.Byok.Nanos).Add((long)increment.Requests).Execute();
        }
    }
}
