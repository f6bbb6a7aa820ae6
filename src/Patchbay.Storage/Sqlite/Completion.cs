namespace Patchbay.Storage.Sqlite;

/// <summary>Tells the waiters of a batch its outcome on a pool thread, one after the other: one wake-up for all of them,
/// while the thread that wrote it goes on with the next batch.</summary>
internal sealed class Completion : IThreadPoolWorkItem
{
    private const int AtATime = 64;

    private readonly WriteCommand[] _commands;
    private readonly Exception? _failure;

    private Completion(WriteCommand[] commands, Exception? failure)
    {
        _commands = commands;
        _failure = failure;
    }

    /// <summary>Queues the outcome, null for success, in a few pieces, so that several cores can share a large batch.
    /// </summary>
    public static void Queue(ReadOnlySpan<WriteCommand> batch, Exception? failure)
    {
        for (var i = 0; i < batch.Length; i += AtATime)
        {
            var piece = batch.Slice(i, Math.Min(AtATime, batch.Length - i)).ToArray();
            ThreadPool.UnsafeQueueUserWorkItem(new Completion(piece, failure), preferLocal: false);
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        foreach (var command in _commands)
        {
            if (_failure is null)
            {
                command.Complete();
            }
            else
            {
                command.Fail(_failure);
            }
        }
    }
}
