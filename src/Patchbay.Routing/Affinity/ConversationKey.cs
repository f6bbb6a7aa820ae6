using System.Runtime.InteropServices;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Names a conversation of an account, so that its later turns can go where its earlier ones were answered. The
/// default is no conversation.</summary>
/// <param name="Value">A hash; 0 for none.</param>
public readonly record struct ConversationKey(ulong Value)
{
    /// <summary>Whether there is a conversation.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The conversation that the caller calls by this session id.</summary>
    public static ConversationKey OfSession(Guid account, string sessionId) => Of(account, 1, Bytes(sessionId));

    /// <summary>The conversation with this <c>prompt_cache_key</c>.</summary>
    public static ConversationKey OfCacheKey(Guid account, string cacheKey) => Of(account, 2, Bytes(cacheKey));

    /// <summary>The conversation with this hash of its first messages.</summary>
    public static ConversationKey OfOpening(Guid account, ulong opening) => Of(account, 3, Bytes(in opening));

    private static ConversationKey Of(Guid account, ulong kind, ReadOnlySpan<byte> name) =>
        new(ContentHash.Of(name, ContentHash.Of(Bytes(in account), kind)) | 1);

    private static ReadOnlySpan<byte> Bytes(string text) => MemoryMarshal.AsBytes(text.AsSpan());

    private static ReadOnlySpan<byte> Bytes<T>(ref readonly T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
}
