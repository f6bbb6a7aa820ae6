using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Identity;

/// <summary>The key-encryption keys of an installation, the newest first. New data keys are wrapped with the first; each
/// opens what was wrapped with it. Immutable; holds secrets, so its text names only their ids.</summary>
public sealed class KeyRing
{
    private readonly (string Id, byte[] Key)[] _keys;

    private KeyRing((string Id, byte[] Key)[] keys) => _keys = keys;

    /// <summary>The id of the newest key: the first half of a hash of it, which says nothing about it.</summary>
    public string CurrentId => _keys[0].Id;

    /// <summary>The ids of all keys.</summary>
    public IReadOnlyList<string> Ids => Array.ConvertAll(_keys, static key => key.Id);

    /// <summary>A new key as text: 32 random bytes in base64.</summary>
    public static string CreateKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBox.KeyLength));

    /// <summary>Reads keys, each 32 bytes in base64 or as 64 hexadecimal digits, separated by commas or line ends. Null when
    /// one is neither, or when there is none.</summary>
    public static KeyRing? TryParse(string text)
    {
        var words = text.Split([',', '\n', '\r', ' '], StringSplitOptions.RemoveEmptyEntries);
        var keys = new List<(string Id, byte[] Key)>();
        foreach (var word in words)
        {
            if (Read(word) is not { } key)
            {
                return null;
            }

            var id = Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 8));
            if (!keys.Exists(other => other.Id == id))
            {
                keys.Add((id, key));
            }
        }

        return keys.Count == 0 ? null : new KeyRing([.. keys]);
    }

    /// <summary>Whether it has this key.</summary>
    public bool Has(string id) => Array.Exists(_keys, key => key.Id == id);

    /// <summary>Wraps a data key of an organization with the newest key.</summary>
    internal DataKey Wrap(ReadOnlySpan<byte> dataKey, Guid organizationId, DateTimeOffset createdAt) => new(
        organizationId, CurrentId, SecretBox.Seal(_keys[0].Key, dataKey, BoundTo(organizationId)), createdAt);

    /// <summary>The data key itself; null when the key is not on the ring, or the bytes are not what they were.</summary>
    internal byte[]? Unwrap(DataKey wrapped)
    {
        foreach (var (id, key) in _keys)
        {
            if (id == wrapped.KeyId)
            {
                return SecretBox.Open(key, wrapped.Wrapped, BoundTo(wrapped.OrganizationId));
            }
        }

        return null;
    }

    /// <summary>The ids only.</summary>
    public override string ToString() => string.Join(", ", Ids);

    private static byte[] BoundTo(Guid organizationId) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"patchbay:data-key|{organizationId:N}"));

    private static byte[]? Read(string word)
    {
        try
        {
            var key = word.Length == SecretBox.KeyLength * 2 ? Convert.FromHexString(word) : Convert.FromBase64String(word);
            return key.Length == SecretBox.KeyLength ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
