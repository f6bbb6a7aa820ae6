using System.Text;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The operator's key: it always works, for management and for inference in the default workspace. Only its hash
/// is kept in memory.</summary>
public sealed class MasterKey
{
    /// <summary>The longest credential that is looked at, in characters.</summary>
    public const int LongestLength = 256;

    private readonly KeyHash _hash;

    /// <summary>Takes the key's text.</summary>
    /// <exception cref="ArgumentException">The key is shorter than 16 or longer than <see cref="LongestLength"/>
    /// characters.</exception>
    public MasterKey(string key)
    {
        if (key.Length is < 16 or > LongestLength)
        {
            throw new ArgumentException("The master key (PATCHBAY_MASTER_KEY) needs 16 to 256 characters.", nameof(key));
        }

        _hash = KeyHash.Of(Encoding.UTF8.GetBytes(key));
    }

    /// <summary>Whether a presented key is this one; compares in constant time.</summary>
    public bool Matches(KeyHash hash) => _hash == hash;
}
