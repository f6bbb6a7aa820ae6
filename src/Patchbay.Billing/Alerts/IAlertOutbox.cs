using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Where features put what owners should be told. It is durable when the task completes, and delivered at least once
/// to every target that there is then. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface IAlertOutbox
{
    /// <summary>Adds an alert. False when there was one with its key before; nothing is told then.</summary>
    Task<bool> AddAsync(Alert alert, CancellationToken cancellationToken);
}
