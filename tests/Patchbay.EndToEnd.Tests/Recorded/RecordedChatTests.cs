using System.Globalization;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Recorded;

/// <summary>What real providers sent reaches the caller byte by byte, but for the documented edits, and is billed as counted
/// by hand.</summary>
public sealed class RecordedChatTests(RecordedWorld fixture) : IClassFixture<RecordedWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Streams => Recordings.Streams();

    public static TheoryData<string> Bodies => Recordings.Bodies();

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_recorded_stream_arrives_as_it_was_sent_and_is_billed_once(string file)
    {
        var world = fixture.World;
        var recorded = (await ReadLinesAsync(file)).Select(line => new RecordingDocument(line)).ToList();

        var stream = await world.Api.StreamAsync(RecordedWorld.Slug(file), Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone);
        var due = recorded.Where(chunk => !chunk.IsUsageOnly).ToList();
        var arrived = stream.Events.SkipLast(2).ToList();
        Assert.Equal(due.Count, arrived.Count);
        for (var i = 0; i < due.Count; i++)
        {
            Assert.Equal(due[i].WithoutUsage(), new RecordingDocument(arrived[i].Data).Undone(due[i]));
            AssertStamped(arrived[i].Json, file, stream.GenerationId!);
        }

        var wanted = RecordedAnswer.Of(recorded.Select(chunk => chunk.Json));
        var got = RecordedAnswer.Of(arrived.Select(chunk => chunk.Json));
        AssertSameAnswer(wanted, got);

        var last = stream.Events[^2].Json;
        Assert.Equal(0, last.GetProperty("choices").GetArrayLength());
        var usage = Assert.Single(stream.Usages);
        AssertUsage(file, usage);
        await AssertGenerationAsync(file, stream.GenerationId!, got.FinishReason!, streamed: true);
        Report(file, stream.Events.Count, got);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_recorded_body_arrives_as_it_was_sent_and_is_billed_once(string file)
    {
        var world = fixture.World;
        var recorded = new RecordingDocument(await ReadAsync(file));

        var response = await world.Api.ChatAsync(RecordedWorld.Slug(file), Token);

        Assert.Equal(200, response.Status);
        Assert.Equal(recorded.Text, new RecordingDocument(response.Body).Undone(recorded));
        var id = response.Header("X-Generation-Id")!;
        AssertStamped(response.Json, file, id);
        var got = RecordedAnswer.Of([response.Json]);
        AssertSameAnswer(RecordedAnswer.Of([recorded.Json]), got);
        AssertUsage(file, response.Json.GetProperty("usage"));
        await AssertGenerationAsync(file, id, got.FinishReason!, streamed: false);
        Report(file, 1, got);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_whole_body_in_the_place_of_a_stream_becomes_a_stream(string file)
    {
        var world = fixture.World;
        var recorded = new RecordingDocument(await ReadAsync(file));

        var stream = await world.Api.StreamAsync(RecordedWorld.Slug(file), Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone);
        AssertSameAnswer(
            RecordedAnswer.Of([recorded.Json]), RecordedAnswer.Of(stream.Events.SkipLast(1).Select(chunk => chunk.Json)));
        AssertUsage(file, Assert.Single(stream.Usages));
    }

    [Fact]
    public async Task A_stream_without_usage_is_estimated_and_says_so()
    {
        var world = fixture.World;

        var stream = await world.Api.StreamAsync(RecordedWorld.Slug(Recordings.WithoutUsage), Token);

        Assert.True(stream.EndsWithDone);
        var got = RecordedAnswer.Of(stream.Events.SkipLast(1).Select(chunk => chunk.Json));
        Assert.Equal("Reading it.", got.Text);
        Assert.Equal("toolu_sanitized read_file {\"path\": \"a.txt\"}", Assert.Single(got.Tools));
        Assert.Equal("tool_calls", got.FinishReason);
        var usage = Assert.Single(stream.Usages);
        Assert.True(usage.GetProperty("estimated").GetBoolean());
        var prompt = usage.GetProperty("prompt_tokens").GetInt32();
        var completion = usage.GetProperty("completion_tokens").GetInt32();
        Assert.InRange(prompt, 1, 20);
        Assert.InRange(completion, 5, 20);
        Assert.Equal((prompt * 0.000001m) + (completion * 0.000002m), usage.GetProperty("cost").GetDecimal());
        var generation = await world.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal(usage.GetProperty("cost").GetDecimal(), generation.GetProperty("total_cost").GetDecimal());
        fixture.Report(
            Recordings.WithoutUsage, stream.Events.Count, got, $"{prompt}/-/{completion}/- estimated", usage.GetProperty("cost").GetRawText());
    }

    private static void AssertStamped(JsonElement answer, string file, string id)
    {
        Assert.Equal(id, answer.GetProperty("id").GetString());
        Assert.Equal(RecordedWorld.Slug(file), answer.GetProperty("model").GetString());
        Assert.Equal(
            RecordedWorld.ProviderOf(file).ToUpperInvariant(), answer.GetProperty("provider").GetString());
    }

    private static void AssertSameAnswer(RecordedAnswer wanted, RecordedAnswer got)
    {
        Assert.Equal(wanted.Text, got.Text);
        Assert.Equal(wanted.Reasoning, got.Reasoning);
        Assert.Equal(wanted.Tools, got.Tools);
        Assert.Equal(wanted.FinishReason, got.FinishReason);
        Assert.True(got.Text.Length + got.Reasoning.Length + got.Tools.Count > 0);
    }

    private static void AssertUsage(string file, JsonElement usage)
    {
        var expected = Recordings.Of(file);
        Assert.Equal(expected.Prompt, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(expected.Completion, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(expected.Prompt + expected.Completion, usage.GetProperty("total_tokens").GetInt32());
        Assert.Equal(expected.Cached ?? 0, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(
            expected.Reasoning ?? 0, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        Assert.Equal(expected.Cost, usage.GetProperty("cost").GetRawText());
        Assert.False(usage.TryGetProperty("estimated", out _));
    }

    private async Task AssertGenerationAsync(string file, string id, string finishReason, bool streamed)
    {
        var expected = Recordings.Of(file);
        var generation = await fixture.World.GenerationAsync(id, Token);
        Assert.Equal(RecordedWorld.Slug(file), generation.GetProperty("model").GetString());
        Assert.Equal(streamed, generation.GetProperty("streamed").GetBoolean());
        Assert.Equal(expected.Prompt, generation.GetProperty("native_tokens_prompt").GetInt32());
        Assert.Equal(expected.Completion, generation.GetProperty("native_tokens_completion").GetInt32());
        Assert.Equal(expected.Cached, Number(generation.GetProperty("native_tokens_cached")));
        Assert.Equal(expected.Reasoning, Number(generation.GetProperty("native_tokens_reasoning")));
        Assert.Equal(finishReason, generation.GetProperty("finish_reason").GetString());
        Assert.Equal(expected.Cost, generation.GetProperty("total_cost").GetRawText());
    }

    private void Report(string file, int frames, RecordedAnswer got)
    {
        var expected = Recordings.Of(file);
        fixture.Report(file, frames, got, string.Create(
            CultureInfo.InvariantCulture,
            $"{expected.Prompt}/{expected.Cached?.ToString(CultureInfo.InvariantCulture) ?? "-"}/{expected.Completion}/{expected.Reasoning?.ToString(CultureInfo.InvariantCulture) ?? "-"}"),
            expected.Cost);
    }

    private static int? Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(Repository.Wire!, file), Token);

    private static async Task<IEnumerable<string>> ReadLinesAsync(string file) =>
        (await File.ReadAllLinesAsync(Path.Combine(Repository.Wire!, file), Token)).Where(line => line.Length > 0);
}
