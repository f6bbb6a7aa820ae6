using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The counts of <c>usage</c> (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html).
/// <c>inputTokens</c> is what was neither read from nor written to the cache
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html: all input is the sum of the three).</summary>
internal static class ConverseCounts
{
    /// <summary>The normal form of a usage object; null when it is none.</summary>
    public static Usage? Read(ReadOnlySpan<byte> json)
    {
        long? input = null, output = null, read = null, write = null, hour = null;
        var members = new JsonMembers(json);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("inputTokens"u8): input = JsonSlice.Count(members.Value); break;
                case var _ when members.Is("outputTokens"u8): output = JsonSlice.Count(members.Value); break;
                case var _ when members.Is("cacheReadInputTokens"u8): read = JsonSlice.Count(members.Value); break;
                case var _ when members.Is("cacheWriteInputTokens"u8): write = JsonSlice.Count(members.Value); break;
                case var _ when members.Is("cacheDetails"u8): hour = HourOf(members.Value); break;
            }
        }

        if (input is null && output is null)
        {
            return null;
        }

        var kept = write is { } all ? Math.Max(0, all - (hour ?? 0)) : write;
        return new Usage
        {
            UncachedInput = input,
            CacheRead = read,
            CacheWrite = kept,
            CacheWrite1h = hour,
            Output = output,
        };
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CacheDetail.html
    private static long? HourOf(ReadOnlySpan<byte> json)
    {
        long? hour = null;
        var items = new JsonItems(json);
        while (items.Next())
        {
            long? tokens = null;
            var isHour = false;
            var members = new JsonMembers(items.Value);
            while (members.Next())
            {
                if (members.Is("ttl"u8))
                {
                    isHour = members.Value.SequenceEqual("\"1h\""u8);
                }
                else if (members.Is("inputTokens"u8))
                {
                    tokens = JsonSlice.Count(members.Value);
                }
            }

            hour = isHour && tokens is { } count ? (hour ?? 0) + count : hour;
        }

        return hour;
    }
}
