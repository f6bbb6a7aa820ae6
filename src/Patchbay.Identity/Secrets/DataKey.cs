using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>The key that an organization's secrets are encrypted with, itself encrypted.</summary>
/// <param name="OrganizationId">Whose.</param>
/// <param name="KeyId">The id of the key-encryption key that it is wrapped with.</param>
/// <param name="Wrapped">The wrapped bytes.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record DataKey(Guid OrganizationId, string KeyId, byte[] Wrapped, DateTimeOffset CreatedAt)
{
    /// <summary>Whose it is, without the key.</summary>
    public override string ToString() => $"{OrganizationId} under {KeyId}";
}

/// <summary>Where data keys are kept. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface IDataKeyStore
{
    /// <summary>The organization's data key, or null when it has none yet.</summary>
    Task<DataKey?> FindAsync(Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Keeps a first data key and returns it, or the one that another process kept before.</summary>
    Task<DataKey> AddAsync(DataKey key, CancellationToken cancellationToken);

    /// <summary>Puts the same data key under another key-encryption key; false when it is no longer under
    /// <paramref name="from"/>.</summary>
    Task<bool> RewrapAsync(DataKey key, string from, CancellationToken cancellationToken);

    /// <summary>All data keys.</summary>
    Task<IReadOnlyList<DataKey>> ListAsync(CancellationToken cancellationToken);
}
