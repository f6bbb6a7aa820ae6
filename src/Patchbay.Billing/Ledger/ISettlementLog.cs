using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The one way by which usage enters the books. Thread-safe; concurrent callers share commits.</summary>
public interface ISettlementLog
{
    /// <summary>Makes the generation, its spending and its ledger entries durable, all or nothing. When the task has
    /// completed they survive the death of the process and of the machine. A second settlement of the same id has no
    /// effect. Throws <see cref="StorageUnavailableException"/> when it could not be made durable; nothing was charged
    /// then.</summary>
    ValueTask SettleAsync(Settlement settlement);
}
