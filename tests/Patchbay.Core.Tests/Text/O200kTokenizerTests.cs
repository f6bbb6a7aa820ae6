using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Core.Tests;

public sealed class O200kTokenizerTests
{
    // What OpenAI's own code gives. The first four are printed in its cookbook and readme:
    // https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken; the others come from npm tiktoken 1.0.22.
    public static TheoryData<string, int[]> Published => new()
    {
        { "antidisestablishmentarianism", [493, 129901, 376, 160388, 21203, 2367] },
        { "2 + 2 = 4", [17, 659, 220, 17, 314, 220, 19] },
        { "お誕生日おめでとう", [8930, 9697, 243, 128225, 8930, 17693, 4344, 48669] },
        { "hello world", [24912, 2375] },
        { "", [] },
        { "   ", [271] },
        { "tiktoken is great!", [83, 8251, 2488, 382, 2212, 0] },
        { "  leading\n\n\ttabs  ", [220, 8117, 279, 6264, 6071, 256] },
        { "\r\n\r\n  x", [1414, 220, 1215] },
        { "1234567890", [7633, 19354, 29338, 15] },
        { "don't WON'T I'Ve it'ſ", [91418, 147667, 51532, 3413, 27493, 480, 6, 70067] },
        { "Ａｂｃ ǅ ªBC", [107807, 5257, 224, 5257, 225, 220, 131, 227, 1322, 103, 7551] },
        { "e\u0301\u0301'll", [68, 13430, 13430, 6090] },
        { "नमस्ते दुनिया", [998, 1637, 14681, 628, 64593] },
        { "👩‍👩‍👧 naïve café", [28823, 102, 2524, 28823, 102, 2524, 28823, 100, 153475, 737, 30469] },
        { "\u0085\uFEFF\u3000x", [126, 227, 5574, 1397, 87] },
        { "http://a.b/c//d/\n/e", [2903, 1684, 64, 1292, 4308, 393, 67, 66186, 68] },
        { "func main() {\n    fmt.Println(\"hi\")\n}\n", [5652, 2758, 416, 405, 271, 18237, 28250, 568, 3686, 1896, 739] },
    };

    // One letter, spaces, one emoji, and letters without order: all one piece, or many that are alike.
    public static TheoryData<string> Hostile => ["a", " ", "\n", "😀", "é\u0301", "的", "!", "'", "0", "Aª", "random"];

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_texts_have_their_published_tokens(string text, int[] tokens)
    {
        Assert.Equal(tokens, Encode(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(tokens.Length, O200kTokenizer.Count(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(tokens.Length, O200kTokenizer.CountChars(text));
    }

    [Fact]
    public void The_vocabulary_is_the_one_that_OpenAI_publishes()
    {
        // The published file, written again from ours. Its hash stands in
        // https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py.
        var file = new StringBuilder();
        for (var rank = 0; rank < Vocabulary.Size; rank++)
        {
            file.Append(Convert.ToBase64String(Vocabulary.Instance.BytesOf(rank))).Append(' ').Append(rank).Append('\n');
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(file.ToString())));

        Assert.Equal("446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", hash);
    }

    [Fact]
    public void Every_token_is_found_by_its_bytes_wherever_they_stand()
    {
        for (var rank = 0; rank < Vocabulary.Size; rank++)
        {
            var token = Vocabulary.Instance.BytesOf(rank);
            byte[] surrounded = [.. "xy"u8, .. token, .. "0123456789"u8];

            Assert.InRange(token.Length, 1, Vocabulary.LongestToken);
            Assert.Equal(rank, Vocabulary.Instance.Find(token, 0, token.Length));
            Assert.Equal(rank, Vocabulary.Instance.Find(surrounded, 2, token.Length));
        }
    }

    [Theory]
    [InlineData("<|endoftext|>", 7)]
    [InlineData("<|endofprompt|>", 7)]
    public void The_names_of_special_tokens_are_text(string text, int tokens) =>
        Assert.Equal(tokens, O200kTokenizer.CountChars(text));

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "a\uFFFDb")]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98 }, "\uFFFD")]
    [InlineData(new byte[] { 0xC0, 0xAF }, "\uFFFD\uFFFD")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "\uFFFD\uFFFD\uFFFD")]
    [InlineData(new byte[] { 0x20, 0x80, 0x20, 0x41 }, " \uFFFD A")]
    public void Bytes_that_are_no_UTF_8_count_as_replacement_characters(byte[] bytes, string meaning)
    {
        Assert.Equal(Encode(Encoding.UTF8.GetBytes(meaning)), Encode(bytes));
        Assert.Equal(O200kTokenizer.CountChars(meaning), O200kTokenizer.Count(bytes));
    }

    [Fact]
    public void A_lone_surrogate_counts_as_a_replacement_character() =>
        Assert.Equal(O200kTokenizer.CountChars("a\uFFFDb"), O200kTokenizer.CountChars("a\uD83Db"));

    [Fact]
    public void Tokens_put_together_are_the_text_again()
    {
        foreach (var text in TextSamples.Mixed(2000))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var back = new ArrayBufferWriter<byte>();
            foreach (var token in Encode(bytes))
            {
                back.Write(Vocabulary.Instance.BytesOf(token));
            }

            Assert.Equal(bytes, back.WrittenSpan.ToArray());
        }
    }

    [Fact]
    public void Long_pieces_merge_as_short_ones_do()
    {
        // The plain rule, step by step, against the tree of minima.
        var random = new Random(7);
        foreach (var length in new[] { 2, 15, 16, 17, 31, 32, 33, 255, 256, 257, 300, 4095, 4096, 4097, 5000 })
        {
            var piece = new byte[length];
            for (var i = 0; i < length; i++)
            {
                piece[i] = (byte)"aaabehnrst"[random.Next(10)];
            }

            var expected = MergeStepByStep(piece);
            var ours = new ArrayBufferWriter<int>();
            var count = BytePairMerge.Run(Vocabulary.Instance, piece, ours);

            Assert.Equal(expected, ours.WrittenSpan.ToArray());
            Assert.Equal(expected.Count, count);
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Sixteen_times_the_text_does_not_take_the_square_of_that_time(string unit)
    {
        var small = Repeated(unit, 64 * 1024);
        var large = Repeated(unit, 1024 * 1024);
        Least(small);

        // Linear growth would be 16, quadratic growth 256. A machine that does other things may spoil a round, but not five.
        var ratio = double.MaxValue;
        for (var round = 0; round < 5 && ratio >= 96; round++)
        {
            ratio = Math.Min(ratio, Least(large) / Least(small));
        }

        Assert.True(ratio < 96, $"{ratio:F1} times");
    }

    [Fact]
    public async Task Many_threads_count_alike()
    {
        var texts = TextSamples.Mixed(200);
        var expected = texts.Select(text => O200kTokenizer.CountChars(text)).ToList();

        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => texts.Select(text => O200kTokenizer.CountChars(text)).ToList(), TestContext.Current.CancellationToken)));

        Assert.All(counts, count => Assert.Equal(expected, count));
    }

    private static int[] Encode(ReadOnlySpan<byte> text)
    {
        var tokens = new ArrayBufferWriter<int>();
        O200kTokenizer.Encode(text, tokens);
        return tokens.WrittenSpan.ToArray();
    }

    private static List<int> MergeStepByStep(byte[] piece)
    {
        var parts = Enumerable.Range(0, piece.Length + 1).ToList();
        while (true)
        {
            var (best, at) = (Vocabulary.None, -1);
            for (var i = 0; i + 2 < parts.Count; i++)
            {
                var rank = Vocabulary.Instance.Find(piece, parts[i], parts[i + 2] - parts[i]);
                if (rank < best)
                {
                    (best, at) = (rank, i);
                }
            }

            if (at < 0)
            {
                return [.. parts.Zip(parts.Skip(1), (from, to) => Vocabulary.Instance.Find(piece, from, to - from))];
            }

            parts.RemoveAt(at + 1);
        }
    }

    private static byte[] Repeated(string unit, int bytes)
    {
        if (unit != "random")
        {
            return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, bytes / Encoding.UTF8.GetByteCount(unit))));
        }

        var random = new Random(11);
        return [.. Enumerable.Range(0, bytes).Select(_ => (byte)('a' + random.Next(26)))];
    }

    private static double Least(byte[] text)
    {
        var least = double.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.True(O200kTokenizer.Count(text) > 0);
            least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return least;
    }
}
