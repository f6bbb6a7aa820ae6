using Patchbay.Core;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Journal;

/// <summary>What writes a database, one group of commands after the other.</summary>
internal interface IWriteQueue
{
    /// <summary>Puts a command into the queue without waiting. False when the queue is full or closed.</summary>
    bool TryEnqueue(WriteCommand command);

    /// <summary>Puts a command into the queue, waiting for room.</summary>
    /// <exception cref="StorageUnavailableException">The queue is closed.</exception>
    ValueTask EnqueueAsync(WriteCommand command, CancellationToken cancellationToken);
}
