using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Postgres;

/// <summary>Where the journal stands in the tables before and after a transaction.</summary>
/// <param name="After">The sequence of the last settlement of the group.</param>
/// <param name="Expected">What the database must say that it has.</param>
internal readonly record struct JournalStep(long Expected, long After);

/// <summary>Brings journaled settlements into PostgreSQL. Belongs to the loop that settles.</summary>
/// <param name="session">The writing connection.</param>
/// <param name="transaction">Writes a group.</param>
/// <param name="journaled">What waits, and where what is refused is kept.</param>
/// <param name="logger">Where to log.</param>
internal sealed class PostgresIngest(
    WriterSession session, SettlementTransaction transaction, JournaledSettlements journaled, ILogger logger)
{
    private readonly UntakenSettlements _untaken = new(journaled, logger);
    private readonly PendingSettlements _pending = journaled.Pending;
    private readonly List<Settlement> _batch = new(PendingSettlements.BatchSize);

    /// <summary>Brings in everything that was durable when it was called. Returns why it could not; then nothing is lost, and
    /// a later call tries again.</summary>
    public async Task<Exception?> RunAsync(CancellationToken cancellationToken)
    {
        var target = _pending.Durable;
        while (_pending.Ingested < target)
        {
            _batch.Clear();
            var step = new JournalStep(_pending.Ingested, _pending.Peek(_batch));
            var failure = await TryCommitAsync(_batch, step, cancellationToken);
            if (failure is not null && PostgresErrors.IsUnavailable(failure))
            {
                // Once more over a new connection: a busy database closes old ones.
                failure = await TryCommitAsync(_batch, step, cancellationToken);
            }

            if (failure is not null && await SeparateAsync(failure, step, cancellationToken) is { } outage)
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
    private async Task<Exception?> SeparateAsync(Exception failure, JournalStep step, CancellationToken cancellationToken)
    {
        if (!IsFault(failure))
        {
            return failure;
        }

        var faults = new List<(Settlement Settlement, Exception Exception)>();
        foreach (var settlement in _batch)
        {
            switch (await TryCommitAsync([settlement], step: null, cancellationToken))
            {
                case null:
                    break;
                case { } fault when IsFault(fault):
                    faults.Add((settlement, fault));
                    break;
                case { } outage:
                    return outage;
            }
        }

        return _untaken.PutAside(faults) ?? await TryCommitAsync([], step, cancellationToken);
    }

    private async Task<Exception?> TryCommitAsync(List<Settlement> batch, JournalStep? step, CancellationToken cancellationToken)
    {
        try
        {
            await transaction.CommitAsync(batch, step, cancellationToken);
            return null;
        }
        catch (OperationCanceledException exception)
        {
            await session.ResetAsync();
            return new StorageUnavailableException("PostgreSQL did not answer in time.", exception);
        }
        catch (Exception exception)
        {
            if (!IsFault(exception))
            {
                await session.ResetAsync();
            }

            return exception;
        }
    }

    private static bool IsFault(Exception exception) =>
        exception is OverflowException || PostgresErrors.Translate(exception) is InvalidOperationException;
}
