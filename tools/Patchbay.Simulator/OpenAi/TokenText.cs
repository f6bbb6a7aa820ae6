using System.Text;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Generated text: token after token of a word list, decided by a seed. Needs no escaping in JSON.</summary>
/// <param name="seed">Decides every token.</param>
/// <param name="noise">Percent of the tokens that are replaced by others.</param>
internal readonly struct TokenText(ulong seed, int noise = 0)
{
    private const ulong NoiseStream = 1 << 17;

    private const ulong ReasoningStream = 1 << 16;

    private static readonly byte[][] Openers = Encode("The", "A", "Every", "One", "This", "Each", "Our", "That");

    private static readonly byte[][] Tokens = Encode(
        " river", " lamp", " quiet", " table", " copper", " window", " northern", " carries", " under", " seven",
        " letters", " before", " morning", " wheel", " turns", " slowly", " garden", " with", " a", " bright",
        " stone", " and", " paper", " harbour", " listens", " to", " the", " distant", " bell", " while",
        " café", " opens", " its", " green", " door", " for", " travel", "lers", " who", " read",
        " maps", " of", " 東京", " between", " two", " trains", " then", " walk", "ing", " home",
        " along", " narrow", " streets", ",", ".", " again", " naïve", " clouds", " drift", " over",
        " hills", " 🙂", " near", " water");

    /// <summary>The UTF-8 bytes of a token of a choice's text.</summary>
    public ReadOnlySpan<byte> At(int choice, int index)
    {
        var roll = Dice.Roll(seed, (ulong)index, (ulong)choice);
        if (noise > 0 && Dice.Roll(seed, (ulong)index, NoiseStream) % 100 < (ulong)noise)
        {
            roll++;
        }

        return index == 0 ? Openers[roll % (ulong)Openers.Length] : Tokens[roll % (ulong)Tokens.Length];
    }

    /// <summary>The UTF-8 bytes of a token of a choice's reasoning.</summary>
    public ReadOnlySpan<byte> ReasoningAt(int choice, int index)
    {
        var roll = Dice.Roll(seed, (ulong)index, ReasoningStream + (ulong)choice);
        return Tokens[roll % (ulong)Tokens.Length];
    }

    private static byte[][] Encode(params string[] tokens) => Array.ConvertAll(tokens, Encoding.UTF8.GetBytes);
}
