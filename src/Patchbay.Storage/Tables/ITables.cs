namespace Patchbay.Storage;

/// <summary>Tables that are read and written in the same words in both databases.</summary>
internal interface ITables
{
    /// <summary>Reads what settlements do not change.</summary>
    Task<T> ReadAsync<T>(Func<TableConnection, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>Reads what must show every settlement that was durable before.</summary>
    Task<T> ReadSettledAsync<T>(Func<TableConnection, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>Reads and writes in one transaction; those with the same subject come one after the other.</summary>
    /// <param name="subject">What is changed.</param>
    /// <param name="write">The work; an exception undoes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<T> WriteAsync<T>(string subject, Func<TableConnection, Task<T>> write, CancellationToken cancellationToken);
}
