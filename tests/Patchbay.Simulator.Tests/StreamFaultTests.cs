using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Patchbay.Simulator.Tests;

public sealed class StreamFaultTests
{
    [Theory]
    [InlineData("cut", 0)]
    [InlineData("cut", 2)]
    [InlineData("cut", 500)]
    [InlineData("truncated-chunk", 2)]
    [InlineData("short-content-length", 2)]
    public async Task A_cut_connection_ends_after_the_scripted_frames_without_an_end_of_body(string fault, int after)
    {
        await using var upstream = await Upstream.StartAsync();

        var (text, wasReset) = await upstream.RawTextAsync($"m;fault={fault};after={after}", stream: true);
        var response = await upstream.ChatAsync($"m;fault={fault};after={after}", stream: true);

        Assert.False(wasReset);
        Assert.Equal(Math.Min(after, 18), Count(text, "\n\n"));
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n\r\n", text, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Upstream.Token));
        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);
        Assert.Equal(2, upstream.Simulator.Log.Counters.Faulted);
        Assert.Equal(Math.Min(after, 18), upstream.Simulator.Log.Requests[0].Frames);
    }

    [Fact]
    public async Task A_reset_is_a_reset()
    {
        await using var upstream = await Upstream.StartAsync();

        var (text, wasReset) = await upstream.RawTextAsync("m;fault=rst;after=0", stream: true);

        Assert.True(wasReset, text);
    }

    [Fact]
    public async Task A_clean_cut_ends_the_body_in_order_but_says_no_finish()
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync("m;fault=cut-clean;after=4");

        Assert.Equal(4, events.Count);
        Assert.Null(Chunks.Finish(events));
        Assert.Equal(1, upstream.Simulator.Log.Counters.Faulted);
    }

    [Theory]
    [InlineData("m;fault=stall;after=2", 2)]
    [InlineData("m;fault=endless;after=2", 50)]
    [InlineData("m;tokens=100000;tps=50", 3)]
    [InlineData("m;fault=slow-drip;drip=1", 1)]
    public async Task Generation_stops_when_the_client_leaves(string model, int frames)
    {
        await using var upstream = await Upstream.StartAsync();
        using (var response = await upstream.ChatAsync(model, stream: true))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Upstream.Token));
            for (var read = 0; read < frames;)
            {
                read += (await reader.ReadLineAsync(Upstream.Token))!.StartsWith("data:", StringComparison.Ordinal) ? 1 : 0;
            }
        }

        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);

        var request = Assert.Single(upstream.Simulator.Log.Requests);
        Assert.Equal(Log.RequestOutcome.CancelledByClient, request.Outcome);
        Assert.InRange(request.TokensGenerated, 0, 99_999);
        Assert.Equal(request.TokensGenerated, request.TokensBilled);
    }

    [Fact]
    public async Task A_provider_that_ignores_cancellation_bills_the_whole_completion()
    {
        await using var upstream = await Upstream.StartAsync();
        using (var response = await upstream.ChatAsync("m;tokens=5000;tps=10;cancel=continue", stream: true))
        {
            Assert.Equal(200, (int)response.StatusCode);
        }

        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);

        Assert.Equal(5000, Assert.Single(upstream.Simulator.Log.Requests).TokensBilled);
    }

    [Fact]
    public async Task A_hang_sends_no_headers()
    {
        await using var upstream = await Upstream.StartAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Upstream.Token);
        patience.CancelAfter(TimeSpan.FromMilliseconds(150));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upstream.SendAsync(
            "alpha/v1/chat/completions", Upstream.Chat("m;fault=hang", stream: true), token: patience.Token));
        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);

        Assert.Equal(0, Assert.Single(upstream.Simulator.Log.Requests).Status);
        Assert.Equal(1, upstream.Simulator.Log.Counters.Cancelled);
    }

    [Theory]
    [InlineData("nospace")]
    [InlineData("crlf")]
    [InlineData("cr")]
    [InlineData("bom")]
    [InlineData("multiline")]
    [InlineData("events")]
    [InlineData("comments")]
    [InlineData("mixed")]
    public async Task Every_style_of_events_reads_as_the_same_stream(string style)
    {
        await using var upstream = await Upstream.StartAsync();

        var expected = Chunks.Content(await upstream.EventsAsync("m"));
        var (raw, _) = await upstream.RawTextAsync($"m;sse-style={style}", stream: true);
        var events = await upstream.EventsAsync($"m;sse-style={style}");

        Assert.Equal(expected, Chunks.Content(events));
        Assert.Equal("[DONE]", events[^1]);
        Assert.Contains(Mark(style), raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_malformed_event_stands_in_a_stream_that_goes_on()
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync("m;fault=malformed-json;after=2");

        Assert.ThrowsAny<JsonException>(() => JsonElement.Parse(events[2]));
        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal(16 + 1 + 1 + 1 + 1, events.Count);
    }

    [Fact]
    public async Task A_huge_line_has_the_scripted_size_and_is_valid()
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync("m;fault=huge-line;after=1;bytes=3000000");

        Assert.InRange(events[1].Length, 3_000_000, 3_001_000);
        Assert.StartsWith(new string('a', 3_000_000), Chunks.Content(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_sends_the_scripted_number_of_tiny_events()
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync("m;tokens=1;fault=tiny-flood;count=20000");

        Assert.Equal(20_000, events.Count(data => data == "{\"choices\":[]}"));
        Assert.Equal("[DONE]", events[^1]);
    }

    [Theory]
    [InlineData("error-in-200", 0)]
    [InlineData("error-mid-stream;after=2", 2)]
    public async Task An_error_can_come_as_an_event(string fault, int before)
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync($"m;fault={fault};error_code=overloaded;message=Too busy");

        Assert.Equal(before + 1, events.Count);
        var error = JsonElement.Parse(events[before]).GetProperty("error");
        Assert.Equal("overloaded", error.GetProperty("code").GetString());
        Assert.Equal("Too busy", error.GetProperty("message").GetString());
        Assert.Equal(1, upstream.Simulator.Log.Counters.Faulted);
    }

    [Theory]
    [InlineData("double-done", new[] { "[DONE]", "[DONE]" })]
    [InlineData("missing-done", new string[0])]
    public async Task The_end_marker_can_be_wrong(string fault, string[] markers)
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync($"m;fault={fault}");

        Assert.Equal(markers, events.FindAll(data => data == "[DONE]"));
        Assert.Equal("stop", Chunks.Finish(events));
    }

    [Fact]
    public async Task Data_can_follow_the_end_marker()
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync("m;fault=after-done");

        Assert.Equal("[DONE]", events[^2]);
        Assert.Contains("after the end", events[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("invalid-utf8", new byte[] { 0xC3, 0x28, 0xFF })]
    [InlineData("lone-surrogate", new byte[] { (byte)'\\', (byte)'u', (byte)'d', (byte)'8', (byte)'3', (byte)'d', (byte)' ' })]
    [InlineData("nul", new byte[] { (byte)'\\', (byte)'u', (byte)'0', (byte)'0', (byte)'0', (byte)'0' })]
    [InlineData("raw-nul", new byte[] { 0 })]
    public async Task Odd_text_arrives_byte_for_byte(string fault, byte[] expected)
    {
        await using var upstream = await Upstream.StartAsync();

        var (streamed, _) = await upstream.RawAsync(Upstream.Chat($"m;fault={fault}", stream: true));
        var (plain, _) = await upstream.RawAsync(Upstream.Chat($"m;fault={fault}"));

        Assert.True(streamed.AsSpan().IndexOf(expected) > 0);
        Assert.True(plain.AsSpan().IndexOf(expected) > 0);
        Assert.True(streamed.AsSpan().IndexOf("[DONE]"u8) > 0);
    }

    [Fact]
    public async Task A_stream_can_be_compressed_unasked()
    {
        await using var upstream = await Upstream.StartAsync();
        using var response = await upstream.ChatAsync("m;text=compressed;fault=wrong-encoding", stream: true);

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        using var reader = new StreamReader(
            new GZipStream(await response.Content.ReadAsStreamAsync(Upstream.Token), CompressionMode.Decompress));
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(Upstream.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_completion_has_no_tokens_and_no_finish_reason()
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await upstream.EventsAsync("m;fault=empty");
        var plain = await upstream.ChatJsonAsync("m;fault=empty");

        Assert.Equal("", Chunks.Content(events));
        Assert.Null(Chunks.Finish(events));
        Assert.Equal(JsonValueKind.Null, plain.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind);
        Assert.Equal(0, plain.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal("error", Chunks.Finish(await upstream.EventsAsync("m;fault=error-finish")));
    }

    [Fact]
    public async Task Pieces_of_the_scripted_size_join_to_the_same_stream()
    {
        await using var upstream = await Upstream.StartAsync();

        var (raw, _) = await upstream.RawTextAsync("m;split=7", stream: true);
        var events = await upstream.EventsAsync("m;split=7");

        Assert.Contains("\r\n7\r\ndata: {\r\n", raw, StringComparison.Ordinal);
        Assert.Equal(Chunks.Content(await upstream.EventsAsync("m")), Chunks.Content(events));
    }

    [Fact]
    public async Task Frames_can_share_a_write()
    {
        await using var upstream = await Upstream.StartAsync();

        var (one, _) = await upstream.RawTextAsync("m;tokens=8", stream: true);
        var (four, _) = await upstream.RawTextAsync("m;tokens=8;frames_per_write=4", stream: true);

        Assert.Equal(11, Count(one, "\n\n\r\n"));
        Assert.Equal(3, Count(four, "\n\n\r\n"));
    }

    private static int Count(string text, string part) =>
        text.Split(part, StringSplitOptions.None).Length - 1;

    private static string Mark(string style) => style switch
    {
        "nospace" => "data:{",
        "crlf" => "}\r\n\r\n",
        "cr" => "}\r\r",
        "bom" => Encoding.UTF8.GetString(Encoding.UTF8.Preamble) + "data: ",
        "multiline" => ",\ndata: ",
        "events" => "event: message\nid: 0\nretry: 3000\n",
        "comments" => ": keep-alive\n\n:\n",
        _ => "}\r\r",
    };
}
