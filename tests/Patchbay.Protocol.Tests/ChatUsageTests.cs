using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ChatUsageTests
{
    [Fact]
    public void OpenAI_counts_are_parts_of_the_whole() =>
        Assert.Equal(
            new Usage { UncachedInput = 70, CacheRead = 20, AudioInput = 10, Output = 33, Reasoning = 12, AudioOutput = 5 },
            Read("""{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":20,"audio_tokens":10},"completion_tokens_details":{"reasoning_tokens":12,"audio_tokens":5}}"""));

    [Fact]
    public void DeepSeek_reports_cache_hits_beside_the_details() =>
        Assert.Equal(
            new Usage { UncachedInput = 19, CacheRead = 320, Output = 83 },
            Read("""{"prompt_tokens":339,"completion_tokens":83,"prompt_cache_hit_tokens":320,"prompt_cache_miss_tokens":19}"""));

    [Fact]
    public void Moonshot_reports_cached_tokens_at_the_top() =>
        Assert.Equal(
            new Usage { UncachedInput = 10, CacheRead = 10, Output = 8, Reasoning = 22 },
            Read("""{"prompt_tokens":20,"completion_tokens":30,"total_tokens":50,"cached_tokens":10,"completion_tokens_details":{"reasoning_tokens":22}}"""));

    [Fact]
    public void Xai_counts_reasoning_beside_the_completion()
    {
        var usage = Read("""{"prompt_tokens":12,"completion_tokens":2,"total_tokens":354,"prompt_tokens_details":{"cached_tokens":11},"completion_tokens_details":{"reasoning_tokens":340}}""");
        Assert.Equal((2L, 340L, 342L, 354L), (usage!.Value.Output, usage.Value.Reasoning, usage.Value.CompletionTokens, usage.Value.TotalTokens));
    }

    [Fact]
    public void Cache_writes_are_split_by_their_lifetime()
    {
        Assert.Equal(
            new Usage { UncachedInput = 40, CacheRead = 10, CacheWrite = 20, CacheWrite1h = 30, Output = 1 },
            Read("""{"prompt_tokens":100,"completion_tokens":1,"cache_read_input_tokens":10,"cache_creation_input_tokens":50,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":30}}"""));
        Assert.Equal(
            new Usage { UncachedInput = 95, CacheWrite = 5, Output = 1 },
            Read("""{"prompt_tokens":100,"completion_tokens":1,"prompt_tokens_details":{"cache_write_tokens":5}}"""));
    }

    [Fact]
    public void Perplexity_reports_searches() =>
        Assert.Equal(3, Read("""{"prompt_tokens":1,"completion_tokens":1,"num_search_queries":3}""")!.Value.Searches);

    [Fact]
    public void What_is_not_reported_is_null_and_not_zero()
    {
        var usage = Read("""{"prompt_tokens":1,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":0}}""")!.Value;
        Assert.Equal((0L, 0L), (usage.CacheRead, usage.Output));
        Assert.Null(usage.Reasoning);
        Assert.Null(usage.CacheWrite);
    }

    [Fact]
    public void The_total_stands_in_for_a_missing_count() =>
        Assert.Equal(6, Read("""{"prompt_tokens":4,"total_tokens":10}""")!.Value.Output);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"prompt_tokens":null}""")]
    [InlineData("""{"prompt_tokens":-1,"completion_tokens":-2}""")]
    [InlineData("""{"prompt_tokens":1e300,"completion_tokens":99999999999}""")]
    [InlineData("""{"prompt_tokens":"12"}""")]
    [InlineData("""{"prompt_tokens":1.5}""")]
    public void Useless_counts_are_no_report(string usage) => Assert.Null(Read(usage));

    [Fact]
    public void Parts_never_exceed_the_whole() =>
        Assert.Equal(
            new Usage { UncachedInput = 0, CacheRead = 10, CacheWrite = 0, AudioInput = 0, Output = 0, Reasoning = 5, AudioOutput = 0 },
            Read("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":50,"cache_write_tokens":9,"audio_tokens":9},"completion_tokens_details":{"reasoning_tokens":70,"audio_tokens":4}}"""));

    [Fact]
    public void Running_totals_keep_the_largest()
    {
        var editor = Bytes.Editor();
        editor.Process("""{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":5}}""");
        editor.Process("""{"choices":[{"delta":{"content":"b"}}],"usage":{"prompt_tokens":10,"completion_tokens":9}}""");
        editor.Process("""{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":-3}}""");
        Assert.Equal((10L, 9L), (editor.Usage.PromptTokens, editor.Usage.CompletionTokens));
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{}}],"x_groq":{"id":"r","usage":{"prompt_tokens":210,"completion_tokens":15}}}""")]
    [InlineData("""{"choices":[{"delta":{},"usage":{"prompt_tokens":210,"completion_tokens":15}}]}""")]
    public void Usage_in_other_places_is_found(string chunk)
    {
        var editor = Bytes.Editor();
        Assert.Equal(ChunkResult.Forwarded, editor.Process(chunk).Result);
        Assert.Equal((210L, 15L), (editor.Usage.PromptTokens, editor.Usage.CompletionTokens));
    }

    private static Usage? Read(string usage)
    {
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(Bytes.Of("{\"usage\":" + usage + "}")));
        return reader.HasUsage ? reader.Usage : null;
    }
}
