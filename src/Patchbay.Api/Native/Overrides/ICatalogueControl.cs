using Patchbay.Catalog;

namespace Patchbay.Api;

/// <summary>What operators may do to the catalogue while it is in force. One instance in the container; none where the
/// catalogue is fixed, as in a demo. What a member changes is in force when it returns, and a request that is under way keeps
/// what it was admitted with. Every member throws <see cref="Core.StorageUnavailableException"/> when nothing can be
/// stored.</summary>
public interface ICatalogueControl
{
    /// <summary>What was synced, with what waits and what was decided.</summary>
    SyncedCatalog Synced { get; }

    /// <summary>The subjects that a text names: see <see cref="CatalogData.Find"/>. Those that are switched off too.</summary>
    IReadOnlyList<string> Find(string subject);

    /// <summary>Whether <c>patchbay.yaml</c> states everything of a subject, so that an override has no effect.</summary>
    bool IsInFile(string subject);

    /// <summary>Sets an override in place of an earlier one of the same subject.</summary>
    Task SetAsync(CatalogOverride value, CancellationToken cancellationToken);

    /// <summary>Removes an override. False when there is none.</summary>
    Task<bool> RemoveAsync(string subject, string author, CancellationToken cancellationToken);

    /// <summary>Accepts or rejects what waits for these subjects (slugs of models or providers, or ids of endpoints), and
    /// returns it. Empty when nothing waits for one of them, and then nothing was decided; null while a sync is running.
    /// </summary>
    IReadOnlyList<CatalogChange>? Decide(IReadOnlyList<string> subjects, bool accept, string author);
}
