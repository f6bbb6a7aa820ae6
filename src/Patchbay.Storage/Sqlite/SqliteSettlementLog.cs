using Microsoft.Extensions.ObjectPool;
using Patchbay.Billing;

namespace Patchbay.Storage.Sqlite;

/// <summary>Settlements through the writer thread's queue.</summary>
internal sealed class SqliteSettlementLog : ISettlementLog
{
    private readonly SqliteWriter _writer;
    private readonly ObjectPool<SettlementCommand> _pool;

    /// <summary>Settles through this writer.</summary>
    public SqliteSettlementLog(SqliteWriter writer)
    {
        _writer = writer;
        _pool = new DefaultObjectPool<SettlementCommand>(new Policy(this), maximumRetained: 4096);
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(Settlement settlement)
    {
        var command = _pool.Get();
        var wait = command.Start(settlement);
        return _writer.TryEnqueue(command) ? wait : QueueAsync(command, wait);
    }

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

    private sealed class Policy(SqliteSettlementLog log) : PooledObjectPolicy<SettlementCommand>
    {
        public override SettlementCommand Create() => new(log._pool);

        public override bool Return(SettlementCommand obj) => true;
    }
}
