using System.Buffers;
using System.Text;

namespace Patchbay.Core.Tests;

public sealed class NpmTokenizerTests
{
    private static readonly int Texts = Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1" ? 10_000 : 4_000;

    [Fact]
    public async Task Mixed_texts_have_the_tokens_that_all_three_packages_give_them()
    {
        var compared = await CompareAsync(TextSamples.Mixed(Texts));

        Assert.Equal(Texts, compared["tiktoken"]);

        // The other two are not asked about texts in which JavaScript's regular expressions differ from OpenAI's.
        Assert.InRange(compared["js-tiktoken"], Texts * 8 / 10, Texts);
        Assert.InRange(compared["gpt-tokenizer"], Texts * 8 / 10, Texts);
    }

    [Fact]
    public async Task Every_character_of_Unicode_is_split_and_encoded_as_by_OpenAI()
    {
        var texts = TextSamples.EveryCharacter();

        var compared = await CompareAsync(texts);

        Assert.Equal(texts.Count, compared["tiktoken"]);
    }

    // How many texts were compared, by package.
    private static async Task<Dictionary<string, int>> CompareAsync(List<string> texts)
    {
        NpmTokenizers.SkipUnlessAvailable();
        var expected = await NpmTokenizers.EncodeAsync(texts, TestContext.Current.CancellationToken);
        var compared = new Dictionary<string, int>();
        var different = new List<string>();
        foreach (var (package, tokens) in expected)
        {
            compared[package] = 0;
            for (var i = 0; i < texts.Count; i++)
            {
                if (tokens[i] is not { } wanted)
                {
                    continue;
                }

                compared[package]++;
                var text = Encoding.UTF8.GetBytes(texts[i]);
                var ours = new ArrayBufferWriter<int>();
                O200kTokenizer.Encode(text, ours);
                if (!ours.WrittenSpan.SequenceEqual(wanted) || O200kTokenizer.Count(text) != wanted.Length)
                {
                    different.Add(
                        $"{package}, text {i}: {texts[i]}\n  {string.Join(' ', wanted)}\n  {string.Join(' ', ours.WrittenSpan.ToArray())}");
                }
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{package}: {compared[package]} texts compared");
        }

        Assert.True(different.Count == 0, $"{different.Count} differ\n{string.Join('\n', different.Take(5))}");
        return compared;
    }
}
