using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>Encrypts and decrypts tenants' secrets: AES-256-GCM under a data key of the organization, which is wrapped by a
/// key-encryption key that is not in the database. Thread-safe.</summary>
/// <param name="keys">The wrapped data keys.</param>
/// <param name="read">Reads the key ring; asked again when a data key is under a key that is not on it.</param>
/// <param name="clock">The time.</param>
public sealed class SecretVault(IDataKeyStore keys, Func<KeyRing> read, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, byte[]> _open = new();
    private volatile KeyRing _ring = read();

    /// <summary>Encrypts a secret for its place.</summary>
    /// <exception cref="SecretException">The organization's data key cannot be opened.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot answer.</exception>
    public async Task<byte[]> SealAsync(SecretPlace place, string secret, CancellationToken cancellationToken)
    {
        var key = await DataKeyAsync(place.OrganizationId, create: true, cancellationToken);
        return SecretBox.Seal(key!, Encoding.UTF8.GetBytes(secret), place.ToBytes());
    }

    /// <summary>Decrypts a secret at its place.</summary>
    /// <exception cref="SecretException">It was sealed for another place, or with a key that is not at hand.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot answer.</exception>
    public async Task<string> OpenAsync(SecretPlace place, byte[] sealedSecret, CancellationToken cancellationToken)
    {
        var key = await DataKeyAsync(place.OrganizationId, create: false, cancellationToken);
        var plain = key is null ? null : SecretBox.Open(key, sealedSecret, place.ToBytes());
        return plain is null
            ? throw new SecretException($"The secret of row {place.RowId} does not belong there, or was changed.")
            : Encoding.UTF8.GetString(plain);
    }

    /// <summary>Proves that every data key can be opened.</summary>
    /// <exception cref="SecretException">One cannot; the message names the key that is missing and those at hand.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await keys.ListAsync(cancellationToken))
        {
            Unwrap(key);
        }
    }

    /// <summary>Puts every data key under the newest key of the ring; what is encrypted stays as it is. Returns how many were
    /// moved.</summary>
    /// <exception cref="SecretException">A data key cannot be opened.</exception>
    public async Task<int> RewrapAsync(CancellationToken cancellationToken)
    {
        var ring = _ring = read();
        var moved = 0;
        foreach (var key in await keys.ListAsync(cancellationToken))
        {
            if (key.KeyId != ring.CurrentId)
            {
                var rewrapped = ring.Wrap(Unwrap(key), key.OrganizationId, key.CreatedAt);
                moved += await keys.RewrapAsync(rewrapped, key.KeyId, cancellationToken) ? 1 : 0;
            }
        }

        return moved;
    }

    private async ValueTask<byte[]?> DataKeyAsync(Guid organizationId, bool create, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(organizationId, out var known))
        {
            return known;
        }

        var stored = await keys.FindAsync(organizationId, cancellationToken);
        if (stored is null && create)
        {
            var fresh = RandomNumberGenerator.GetBytes(SecretBox.KeyLength);
            stored = await keys.AddAsync(_ring.Wrap(fresh, organizationId, clock.GetUtcNow()), cancellationToken);
        }

        return stored is null ? null : _open.GetOrAdd(organizationId, Unwrap(stored));
    }

    private byte[] Unwrap(DataKey key)
    {
        if (!_ring.Has(key.KeyId))
        {
            _ring = read();
        }

        var ring = _ring;
        return ring.Has(key.KeyId)
            ? ring.Unwrap(key) ?? throw new SecretException($"The data key of organization {key.OrganizationId} was changed.")
            : throw new SecretException(
                $"Secrets of organization {key.OrganizationId} are encrypted under the key {key.KeyId}, but only {ring} is at hand.");
    }
}

/// <summary>A secret cannot be opened. The message names ids only.</summary>
/// <param name="message">What is wrong.</param>
public sealed class SecretException(string message) : Exception(message);
