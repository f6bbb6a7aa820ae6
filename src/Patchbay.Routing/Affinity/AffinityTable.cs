using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Remembers which endpoint answered a conversation, so that its next turn finds the provider's prompt cache.
/// Safe for any number of threads. Its size is fixed: where it is full, the entry that would end first makes way.
/// </summary>
public sealed class AffinityTable
{
    /// <summary>The number of entries when nothing else is set.</summary>
    public const int DefaultEntries = 65_536;

    private const int Shards = 64;
    private const int Ways = 8;

    private readonly Shard[] _shards;
    private readonly int _buckets;
    private readonly HealthClock _clock;

    /// <summary>A table of at least this many entries; the number is rounded up to a multiple of 512. Memory (24 bytes an
    /// entry) is taken as it is used, in 64 steps.</summary>
    /// <param name="entries">How many conversations are remembered; at least 1.</param>
    /// <param name="lifetime">How long an idle conversation is remembered when the provider's cache does not last longer.
    /// </param>
    /// <param name="time">The clock.</param>
    public AffinityTable(int entries, TimeSpan lifetime, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(entries);
        _buckets = (entries + Shards * Ways - 1) / (Shards * Ways);
        Lifetime = lifetime;
        _clock = new HealthClock(time);
        _shards = new Shard[Shards];
        for (var i = 0; i < Shards; i++)
        {
            _shards[i] = new Shard();
        }
    }

    /// <summary>How long an idle conversation is remembered when the provider's cache does not last longer.</summary>
    public TimeSpan Lifetime { get; }

    private sealed class Shard
    {
        public readonly Lock Gate = new();
        public Entry[]? Entries;
    }

    private struct Entry
    {
        public ulong Key;
        public long ExpiresMs;
        public int LifetimeMs;
        public int Ordinal;
    }

    /// <summary>Books that this endpoint answered a turn of the conversation: from now on it is remembered for its
    /// lifetime. A lifetime that was longer before stays.</summary>
    /// <param name="conversation">The conversation; nothing happens when it is none.</param>
    /// <param name="model">The slug of the model that answered.</param>
    /// <param name="endpoint">Who answered.</param>
    /// <param name="lifetime">How long the provider's cache lasts, where known.</param>
    public void Remember(ConversationKey conversation, string model, Endpoint endpoint, TimeSpan? lifetime = null) =>
        Write(conversation, model, endpoint, lifetime, onlyKnown: false);

    /// <summary>Prolongs what is remembered, if this endpoint is what is remembered.</summary>
    /// <inheritdoc cref="Remember" path="/param"/>
    public void Refresh(ConversationKey conversation, string model, Endpoint endpoint, TimeSpan? lifetime = null) =>
        Write(conversation, model, endpoint, lifetime, onlyKnown: true);

    /// <summary>The first of these models that is remembered for the conversation; null for none. Looks each of them up.
    /// </summary>
    public string? ModelOf(ConversationKey conversation, ImmutableArray<Model> models)
    {
        foreach (var model in conversation.IsNone ? [] : models)
        {
            if (Find(conversation, model.Slug) >= 0)
            {
                return model.Slug;
            }
        }

        return null;
    }

    /// <summary>The ordinal of the remembered endpoint; -1 when there is none.</summary>
    internal int Find(ConversationKey conversation, string model)
    {
        var key = KeyOf(conversation, model);
        var shard = _shards[(int)(key % Shards)];
        if (Volatile.Read(ref shard.Entries) is not { } entries)
        {
            return -1;
        }

        var now = _clock.NowMs;
        lock (shard.Gate)
        {
            foreach (ref readonly var entry in Bucket(entries, key))
            {
                if (entry.Key == key)
                {
                    return now < entry.ExpiresMs ? entry.Ordinal : -1;
                }
            }
        }

        return -1;
    }

    private void Write(
        ConversationKey conversation, string model, Endpoint endpoint, TimeSpan? lifetime, bool onlyKnown)
    {
        if (conversation.IsNone)
        {
            return;
        }

        var key = KeyOf(conversation, model);
        var shard = _shards[(int)(key % Shards)];
        var now = _clock.NowMs;
        var lasts = (int)Math.Min(int.MaxValue, Math.Max(Lifetime.Ticks, (lifetime ?? default).Ticks) / TimeSpan.TicksPerMillisecond);
        lock (shard.Gate)
        {
            if (shard.Entries is null)
            {
                if (onlyKnown)
                {
                    return;
                }

                Volatile.Write(ref shard.Entries, new Entry[_buckets * Ways]);
            }

            ref var place = ref Place(Bucket(shard.Entries, key), key);
            var isSame = place.Key == key && place.Ordinal == endpoint.Ordinal && now < place.ExpiresMs;
            if (onlyKnown && !isSame)
            {
                return;
            }

            lasts = isSame ? Math.Max(lasts, place.LifetimeMs) : lasts;
            place = new Entry { Key = key, Ordinal = endpoint.Ordinal, LifetimeMs = lasts, ExpiresMs = now + lasts };
        }
    }

    private static ref Entry Place(Span<Entry> bucket, ulong key)
    {
        var first = 0;
        for (var i = 0; i < bucket.Length; i++)
        {
            if (bucket[i].Key == key)
            {
                return ref bucket[i];
            }

            first = bucket[i].ExpiresMs < bucket[first].ExpiresMs ? i : first;
        }

        return ref bucket[first];
    }

    private Span<Entry> Bucket(Entry[] entries, ulong key) =>
        entries.AsSpan((int)(key / Shards % (ulong)_buckets) * Ways, Ways);

    private static ulong KeyOf(ConversationKey conversation, string model) =>
        ContentHash.Of(MemoryMarshal.AsBytes(model.AsSpan()), conversation.Value);
}
