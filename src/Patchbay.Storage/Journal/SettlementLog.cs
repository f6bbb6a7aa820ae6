using Microsoft.Extensions.ObjectPool;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Journal;

/// <summary>Settlements through the server's journal, or through the queue of what writes the database where there is none.</summary>
internal sealed class SettlementLog : ISettlementLog
{
    private readonly SettlementJournal? _journal;
    private readonly IWriteQueue _writer;
    private readonly ObjectPool<SettlementCommand> _pool;

    /// <summary>Settles through these.</summary>
    public SettlementLog(SettlementJournal? journal, IWriteQueue writer)
    {
        _journal = journal;
        _writer = writer;
        _pool = new DefaultObjectPool<SettlementCommand>(new Policy(this), maximumRetained: 4096);
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(Settlement settlement)
    {
        var command = _pool.Get();
        var wait = command.Start(settlement);
        return _journal is null ? SettleDirectly(command, wait) : Journal(_journal, command, wait);
    }

    private static ValueTask Journal(SettlementJournal journal, SettlementCommand command, ValueTask wait)
    {
        try
        {
            // The database would refuse it only after it was acknowledged.
            SettlementRules.Check(command.Settlement);
            command.Encode();
        }
        catch (Exception exception)
        {
            command.Abandon();
            return ValueTask.FromException(exception);
        }

        if (journal.TryEnqueue(command))
        {
            return wait;
        }

        command.Abandon();
        return ValueTask.FromException(new StorageUnavailableException("The database is being closed."));
    }

    private ValueTask SettleDirectly(SettlementCommand command, ValueTask wait) =>
        _writer.TryEnqueue(command) ? wait : QueueAsync(command, wait);

    private async ValueTask QueueAsync(SettlementCommand command, ValueTask wait)
    {
        try
        {
            await _writer.EnqueueAsync(command, CancellationToken.None);
        }
        catch
        {
            command.Abandon();
            throw;
        }

        await wait;
    }

    private sealed class Policy(SettlementLog log) : PooledObjectPolicy<SettlementCommand>
    {
        public override SettlementCommand Create() => new(log._pool);

        public override bool Return(SettlementCommand obj) => true;
    }
}
