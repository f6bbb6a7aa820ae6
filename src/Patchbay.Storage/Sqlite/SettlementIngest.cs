using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Storage.Journal;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>Brings journaled settlements into the tables. Belongs to the thread of the writing connection.</summary>
internal sealed partial class SettlementIngest
{
    private readonly PendingSettlements _pending;
    private readonly RefusedSettlements _refused;
    private readonly SettlementWriter _settlements;
    private readonly WriteTransaction _transaction;
    private readonly SqliteStatement _advance;
    private readonly ILogger _logger;
    private readonly List<Settlement> _batch = new(PendingSettlements.BatchSize);
    private bool _isDown;

    /// <summary>Compiles its statements.</summary>
    public SettlementIngest(
        SqliteSession session,
        SettlementWriter settlements,
        JournaledSettlements journaled,
        WriteTransaction transaction,
        ILogger logger)
    {
        _pending = journaled.Pending;
        _refused = journaled.Refused;
        _settlements = settlements;
        _transaction = transaction;
        _advance = session.Statement("UPDATE journal_state SET sequence = ? WHERE id = 1");
        _logger = logger;
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
                NoteOutage(outage);
                return outage;
            }

            _pending.Remove(_batch.Count);
        }

        if (_isDown)
        {
            _isDown = false;
            Log.Recovered(_logger);
        }

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

        return PutAside(faults) ?? (TryCommit([], last, out var late) ? null : late);
    }

    private Exception? PutAside(List<(Settlement Settlement, Exception Exception)> faults)
    {
        try
        {
            foreach (var (settlement, exception) in faults)
            {
                _refused.Keep(settlement);
                Log.Refused(_logger, settlement.Generation.Id, _refused.File, exception);
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception;
        }
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

    private void NoteOutage(Exception outage)
    {
        _pending.RetryLater();
        if (!_isDown)
        {
            _isDown = true;
            Log.Down(_logger, _pending.Durable - _pending.Ingested, outage);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7017, Level = LogLevel.Error,
            Message = "The database does not take settlements. {Count} are safe in the journal and wait; more may follow without a message.")]
        public static partial void Down(ILogger logger, long count, Exception exception);

        [LoggerMessage(EventId = 7018, Level = LogLevel.Information, Message = "The database has taken the settlements that waited.")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(EventId = 7019, Level = LogLevel.Critical,
            Message = "The database refuses the settlement of generation {Generation}. It is not in the books; its record is kept in {File}.")]
        public static partial void Refused(ILogger logger, string generation, string file, Exception exception);
    }
}
