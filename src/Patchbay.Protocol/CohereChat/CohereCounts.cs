using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The counts of <c>usage</c> (https://docs.cohere.com/reference/chat, usage). Cohere bills <c>billed_units</c>, which
/// leave out the tokens of its own preamble, so that these are the counts; <c>tokens</c> stands in where they are absent, as
/// on private deployments. <c>cached_tokens</c> counts among <c>tokens</c>, preamble included, and changes no price: it is
/// left out, since it may exceed what is billed.</summary>
internal static class CohereCounts
{
    /// <summary>The normal form of a usage object; null when it has no counts.</summary>
    public static Usage? Read(ReadOnlySpan<byte> json)
    {
        Usage? billed = null, used = null;
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("billed_units"u8))
            {
                billed = Pair(members.Value);
            }
            else if (members.Is("tokens"u8))
            {
                used = Pair(members.Value);
            }
        }

        return billed ?? used;
    }

    private static Usage? Pair(ReadOnlySpan<byte> json)
    {
        long? input = null, output = null;
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is("input_tokens"u8))
            {
                input = JsonSlice.Count(members.Value);
            }
            else if (members.Is("output_tokens"u8))
            {
                output = JsonSlice.Count(members.Value);
            }
        }

        return input is null && output is null ? null : new Usage { UncachedInput = input, Output = output };
    }
}
