using Patchbay.Api;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Lets operators change the catalogue through the API. What they say is stored first and in force when the call
/// returns; other processes follow within seconds.</summary>
internal sealed partial class CatalogueControl(
    CatalogSource source,
    CatalogStore store,
    CatalogReloader reloader,
    OverrideFollower follower,
    ICatalogOverrideStore overrides,
    TimeProvider clock,
    ILogger<CatalogueControl> log) : ICatalogueControl
{
    /// <inheritdoc/>
    public SyncedCatalog Synced => source.Synced;

    /// <inheritdoc/>
    public IReadOnlyList<string> Find(string subject) => source.Known.Find(subject);

    /// <inheritdoc/>
    public bool IsInFile(string subject) => reloader.File.Says(subject);

    /// <inheritdoc/>
    public async Task SetAsync(CatalogOverride value, CancellationToken cancellationToken)
    {
        await overrides.SetAsync(value, cancellationToken);
        Log.Set(log, value.Subject, value.Author);
        await follower.FollowAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(string subject, string author, CancellationToken cancellationToken)
    {
        if (!await overrides.RemoveAsync(subject, author, clock.GetUtcNow(), cancellationToken))
        {
            return false;
        }

        Log.Removed(log, subject, author);
        await follower.FollowAsync(cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<CatalogChange>? Decide(IReadOnlyList<string> subjects, bool accept, string author)
    {
        try
        {
            using var turn = store.TryLock();
            if (turn is null)
            {
                return null;
            }

            var current = store.Load();
            var changes = current.WaitingFor(subjects);
            if (changes.Count > 0 && subjects.All(subject => current.WaitingFor([subject]).Count > 0))
            {
                var now = clock.GetUtcNow();
                store.Save(accept ? current.Accept(changes, author, now) : current.Reject(changes, author, now));
                Log.Decided(log, changes.Count, accept ? "accepted" : "rejected", author);
                reloader.TakeSynced();
                return changes;
            }

            return [];
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException("The synced catalogue cannot be written: " + exception.Message, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8028, LogLevel.Information, "The override of {Subject} was set by {Author}.")]
        public static partial void Set(ILogger logger, string subject, string author);

        [LoggerMessage(8029, LogLevel.Information, "The override of {Subject} was removed by {Author}.")]
        public static partial void Removed(ILogger logger, string subject, string author);

        [LoggerMessage(8030, LogLevel.Information, "{Count} waiting change(s) of the catalogue were {Decided} by {Author}.")]
        public static partial void Decided(ILogger logger, int count, string decided, string author);
    }
}
