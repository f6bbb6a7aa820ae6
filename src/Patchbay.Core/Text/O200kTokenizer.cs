using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Patchbay.Core;

/// <summary>Counts and encodes text in o200k_base, the tokens of OpenAI's models since GPT-4o, exactly as OpenAI's tiktoken
/// does when the names of special tokens, such as <c>&lt;|endoftext|&gt;</c>, are ordinary text. Safe for any number of
/// threads. The vocabulary (about 8 MB) is loaded by the first use. Time is linear in the length of the text but for a
/// small logarithm within one unbroken run; memory beyond the vocabulary is pooled, at most six bytes per byte of the
/// longest run that is one piece.</summary>
/// <remarks>Bytes that are no UTF-8 count as U+FFFD, one for each ill-formed sequence as Unicode recommends; so do lone
/// surrogates. Characters that are newer than the runtime's Unicode version count as symbols.</remarks>
public static class O200kTokenizer
{
    /// <summary>How many tokens the text has; 0 for no text.</summary>
    public static int Count(ReadOnlySpan<byte> utf8) => Run(utf8, null);

    /// <summary>How many tokens the text has; 0 for no text.</summary>
    public static int CountChars(ReadOnlySpan<char> text)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
        try
        {
            return Count(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Writes the numbers of the text's tokens in their order.</summary>
    public static void Encode(ReadOnlySpan<byte> utf8, IBufferWriter<int> tokens) => Run(utf8, tokens);

    private static int Run(ReadOnlySpan<byte> utf8, IBufferWriter<int>? output)
    {
        if (!Utf8.IsValid(utf8))
        {
            using var repaired = new PooledBuffer();
            WellFormed.Write(utf8, repaired);
            return Run(repaired.Span, output);
        }

        var vocabulary = Vocabulary.Instance;
        var count = 0;
        for (var at = 0; at < utf8.Length;)
        {
            var end = PieceSplitter.End(utf8, at);
            count += CountPiece(vocabulary, utf8, at, end - at, output);
            at = end;
        }

        return count;
    }

    private static int CountPiece(Vocabulary vocabulary, ReadOnlySpan<byte> text, int start, int length, IBufferWriter<int>? output)
    {
        var token = vocabulary.Find(text, start, length);
        if (token == Vocabulary.None)
        {
            return BytePairMerge.Run(vocabulary, text.Slice(start, length), output);
        }

        if (output is not null)
        {
            output.GetSpan(1)[0] = token;
            output.Advance(1);
        }

        return 1;
    }
}
