using System.Security.Cryptography;

namespace Patchbay.Storage;

/// <summary>The end of the chain of batches.</summary>
/// <param name="BatchId">The id of the last batch; 0 before the first.</param>
/// <param name="Hash">Its hash; zeros before the first.</param>
internal readonly record struct LedgerHead(long BatchId, byte[] Hash)
{
    /// <summary>Where the first batch is chained to.</summary>
    public static LedgerHead Origin { get; } = new(0, new byte[SHA256.HashSizeInBytes]);
}
