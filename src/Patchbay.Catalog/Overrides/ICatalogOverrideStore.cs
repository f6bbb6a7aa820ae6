namespace Patchbay.Catalog;

/// <summary>Keeps what operators have decided of models and endpoints. Throws
/// <see cref="Core.StorageUnavailableException"/> when the database cannot answer.</summary>
public interface ICatalogOverrideStore
{
    /// <summary>The number of the last change; zero before the first. Cheap: servers ask every few seconds.</summary>
    Task<long> GetRevisionAsync(CancellationToken cancellationToken);

    /// <summary>Every override, at the latest as of its revision: a change that came while it was read may be in it before
    /// its number is.</summary>
    /// <exception cref="InvalidDataException">A row was written by another program.</exception>
    Task<CatalogOverrides> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Sets an override in place of an earlier one of the same subject. Returns the number of the change; later
    /// changes have higher ones.</summary>
    Task<long> SetAsync(CatalogOverride value, CancellationToken cancellationToken);

    /// <summary>Removes an override. False when there is none; then nothing is recorded.</summary>
    Task<bool> RemoveAsync(string subject, string author, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The last changes, newest first.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<CatalogOverrideChange>> ListChangesAsync(int most, CancellationToken cancellationToken);
}
