using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Storage.Journal;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>Brings journaled settlements into the tables. Belongs to the thread of the writing connection.</summary>
internal sealed class SettlementIngest
{
    private readonly PendingSettlements _pending;
    private readonly UntakenSettlements _untaken;
    private readonly SettlementWriter _settlements;
    private readonly WriteTransaction _transaction;
    private readonly SqliteStatement _advance;
    private readonly List<Settlement> _batch = new(PendingSettlements.BatchSize);

    /// <summary>Compiles its statements.</summary>
    public SettlementIngest(
        SqliteSession session,
        SettlementWriter settlements,
        JournaledSettlements journaled,
        WriteTransaction transaction,
        ILogger logger)
    {
        _pending = journaled.Pending;
        _untaken = new UntakenSettlements(journaled, logger);
        _settlements = settlements;
        _transaction = transaction;
        _advance = session.Statement("UPDATE journal_state SET sequence = ? WHERE id = 1");
    }

    /// <summary>Brings in everything that was durable when it was called. Returns why it could not; then nothing is lost, and
    /// a later call tries again.</summary>
    public Exception? Run()
    {
        var target = _pending.Durable;
        while (_pending.Ingested < target)
        {
            _batch.Clear();
            var last = _pending.Peek(_batch);
            if ((TryCommit(_batch, last, out var failure) ? null : Separate(failure, last)) is { } outage)
            {
                _untaken.Wait(outage);
                return outage;
            }

            _pending.Remove(_batch.Count);
        }

        _untaken.Recovered();

        return null;
    }

    // One of the batch may be at fault: each alone, so that it fails alone. Those settled already are no harm the next time.
    private Exception? Separate(Exception failure, long last)
    {
        if (!SqliteErrors.IsFaultOfRow(failure))
        {
            return failure;
        }

        var faults = new List<(Settlement Settlement, Exception Exception)>();
        foreach (var settlement in _batch)
        {
            if (TryCommit([settlement], sequence: null, out var exception))
            {
                continue;
            }

            if (!SqliteErrors.IsFaultOfRow(exception))
            {
                return exception;
            }

            faults.Add((settlement, exception));
        }

        // What no other settlement disproves may be a fault of the database.
        var othersWereFine = faults.Count < _batch.Count;
        if (!othersWereFine && faults.Find(static fault => !IsCertain(fault.Exception)) is { Exception: { } doubtful })
        {
            return doubtful;
        }

        return _untaken.PutAside(faults) ?? (TryCommit([], last, out var late) ? null : late);
    }

    private bool TryCommit(
        List<Settlement> settlements,
        long? sequence,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Exception? exception) =>
        _transaction.TryCommit(
            (Ingest: this, settlements, sequence),
            static state =>
            {
                state.Ingest._settlements.Write(state.settlements);
                if (state.sequence is { } last)
                {
                    state.Ingest._advance.Start().Add(last).Execute();
                }
            },
            out exception);

    private static bool IsCertain(Exception exception) => exception
        is OverflowException
        or SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG };
}
