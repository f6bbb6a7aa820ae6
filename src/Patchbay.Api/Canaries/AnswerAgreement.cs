using System.Buffers;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>How far two texts agree, token by token.</summary>
internal static class AnswerAgreement
{
    // Answers of probes are short; of longer ones the beginning counts.
    private const int MostTokens = 256;

    /// <summary>The o200k_base tokens of a text.</summary>
    public static int[] Tokens(string text)
    {
        var tokens = new ArrayBufferWriter<int>();
        O200kTokenizer.Encode(Encoding.UTF8.GetBytes(text.Trim()), tokens);
        return tokens.WrittenSpan[..Math.Min(MostTokens, tokens.WrittenCount)].ToArray();
    }

    /// <summary>From 0 to 1: half for how long both begin alike, half for the tokens that both have in the same order.
    /// </summary>
    public static double Of(int[] left, int[] right)
    {
        var most = Math.Max(left.Length, right.Length);
        if (most == 0)
        {
            return 1;
        }

        var prefix = left.AsSpan().CommonPrefixLength(right);
        return ((double)prefix / most / 2) + ((double)Common(left, right) / most / 2);
    }

    // The length of the longest common subsequence.
    private static int Common(int[] left, int[] right)
    {
        var row = new int[right.Length + 1];
        foreach (var token in left)
        {
            var diagonal = 0;
            for (var j = 1; j < row.Length; j++)
            {
                var above = row[j];
                row[j] = token == right[j - 1] ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        }

        return row[^1];
    }
}
