using System.IO.Compression;
using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Tests;

public sealed class BodyFaultTests
{
    [Theory]
    [InlineData(400, "invalid_request_error", null)]
    [InlineData(401, "invalid_request_error", "invalid_api_key")]
    [InlineData(403, "permission_error", "permission_denied")]
    [InlineData(404, "invalid_request_error", "model_not_found")]
    [InlineData(413, "invalid_request_error", "request_too_large")]
    [InlineData(422, "invalid_request_error", null)]
    [InlineData(429, "rate_limit_error", "rate_limit_exceeded")]
    [InlineData(500, "server_error", null)]
    [InlineData(503, "server_error", null)]
    [InlineData(529, "overloaded_error", "overloaded")]
    public async Task Every_error_status_has_a_body_in_the_providers_shape(int status, string type, string? code)
    {
        await using var upstream = await Upstream.StartAsync();

        foreach (var stream in new[] { false, true })
        {
            using var response = await upstream.ChatAsync($"m;status={status}", stream);
            var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Upstream.Token)).GetProperty("error");
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(type, error.GetProperty("type").GetString());
            Assert.Equal(code, error.GetProperty("code").GetString());
        }

        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);
        Assert.Equal(2, upstream.Simulator.Log.Counters.Faulted);
        Assert.Equal(0, upstream.Simulator.Log.Counters.PromptTokens);
    }

    [Fact]
    public async Task Retry_after_comes_in_seconds_milliseconds_or_as_a_date()
    {
        await using var upstream = await Upstream.StartAsync();

        using var seconds = await upstream.ChatAsync("m;status=429;retry_after=7;error_code=insufficient_quota");
        using var milliseconds = await upstream.ChatAsync("m;status=429;retry_after_ms=1500");
        using var date = await upstream.ChatAsync("m;status=503;retry_after=date:5");

        Assert.Equal(TimeSpan.FromSeconds(7), seconds.Headers.RetryAfter!.Delta);
        Assert.Contains("insufficient_quota", await seconds.Content.ReadAsStringAsync(Upstream.Token), StringComparison.Ordinal);
        Assert.Equal(["1500"], milliseconds.Headers.GetValues("retry-after-ms"));
        Assert.NotNull(date.Headers.RetryAfter!.Date);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("truncated-chunk")]
    [InlineData("short-content-length")]
    public async Task A_plain_body_can_break_off(string fault)
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync($"m;fault={fault}");

        Assert.Equal(200, (int)response.StatusCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Upstream.Token));
        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);
        Assert.Equal(1, upstream.Simulator.Log.Counters.Faulted);
    }

    [Fact]
    public async Task A_plain_body_can_be_half_a_document()
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync("m;fault=malformed-json");
        var body = await response.Content.ReadAsStringAsync(Upstream.Token);

        Assert.ThrowsAny<JsonException>(() => JsonElement.Parse(body));
    }

    [Fact]
    public async Task A_plain_body_can_stall()
    {
        await using var upstream = await Upstream.StartAsync();
        using (var response = await upstream.ChatAsync("m;fault=stall;after=5"))
        {
            var start = new byte[5];
            await (await response.Content.ReadAsStreamAsync(Upstream.Token)).ReadExactlyAsync(start, Upstream.Token);
            Assert.Equal("{\"id\""u8.ToArray(), start);
        }

        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);
        Assert.Equal(1, upstream.Simulator.Log.Counters.Cancelled);
    }

    [Fact]
    public async Task A_captive_page_is_HTML_with_status_200()
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync("m;fault=html", stream: true);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_stream_request_can_be_answered_with_a_plain_body()
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync("m;fault=json-on-stream", stream: true);
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync(Upstream.Token));

        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("chat.completion", body.GetProperty("object").GetString());
    }

    [Fact]
    public async Task An_error_object_can_hide_in_a_good_status()
    {
        await using var upstream = await Upstream.StartAsync();

        var body = await upstream.ChatJsonAsync("m;fault=error-in-200;error_code=rate_limit_exceeded");

        Assert.Equal("rate_limit_exceeded", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_redirect_leads_to_a_provider_that_shows_in_the_log()
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync("m;fault=redirect");
        using var named = await upstream.ChatAsync("m;fault=redirect;location=http://127.0.0.1:1/x");
        using var followed = await upstream.SendAsync(response.Headers.Location!.ToString(), Upstream.Chat("m"));

        Assert.Equal(302, (int)response.StatusCode);
        Assert.Equal(200, (int)followed.StatusCode);
        Assert.Equal("http://127.0.0.1:1/x", named.Headers.Location!.ToString());
        Assert.Equal("redirected", upstream.Simulator.Log.Requests[2].Provider);
    }

    [Fact]
    public async Task Headers_can_be_huge_set_cookies_and_come_after_interim_responses()
    {
        await using var upstream = await Upstream.StartAsync();

        using var huge = await upstream.ChatAsync("m;fault=huge-headers");
        using var cookie = await upstream.ChatAsync("m;fault=set-cookie", stream: true);
        var (interim, _) = await upstream.RawTextAsync("m;fault=informational", stream: true);
        var (twice, _) = await upstream.RawTextAsync("m;fault=double-transfer-encoding", stream: false);

        Assert.Equal(1 << 20, Assert.Single(huge.Headers.GetValues("X-Huge")).Length);
        Assert.Single(cookie.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("HTTP/1.1 102 ", interim, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nHTTP/1.1 103 ", interim, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n\r\n0\r\n\r\n", interim, StringComparison.Ordinal);
        Assert.Equal(3, twice.Split("Transfer-Encoding: chunked", StringSplitOptions.None).Length);
        Assert.Contains("Content-Length: ", twice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("deflate", "deflate")]
    [InlineData("br", "br")]
    [InlineData("nested", "gzip,gzip")]
    public async Task A_bomb_expands_to_the_scripted_size(string encoding, string header)
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync($"m;fault=gzip-bomb;bytes=20000000;encoding={encoding}");
        var body = await response.Content.ReadAsByteArrayAsync(Upstream.Token);

        Assert.Equal(header, string.Join(',', response.Content.Headers.ContentEncoding));
        Assert.True(body.Length < 200_000);
        Assert.Equal(20_000_000, await ExpandAsync(body, encoding));
    }

    [Fact]
    public async Task A_zstd_bomb_has_four_bytes_for_each_block()
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync("m;fault=gzip-bomb;bytes=1310720;encoding=zstd");
        var body = await response.Content.ReadAsByteArrayAsync(Upstream.Token);

        Assert.Equal(6 + (10 * 4), body.Length);
        Assert.Equal([0x28, 0xB5, 0x2F, 0xFD], body[..4]);
        Assert.Equal(["zstd"], response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task A_plain_body_can_be_compressed_unasked()
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.ChatAsync("m;fault=wrong-encoding");
        using var reader = new StreamReader(
            new GZipStream(await response.Content.ReadAsStreamAsync(Upstream.Token), CompressionMode.Decompress));

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Equal("chat.completion", JsonElement.Parse(await reader.ReadToEndAsync(Upstream.Token)).GetProperty("object").GetString());
    }

    [Fact]
    public async Task A_plain_body_can_be_padded_or_drip()
    {
        await using var upstream = await Upstream.StartAsync();

        using var huge = await upstream.ChatAsync("m;fault=huge-line;bytes=500000");
        using var dripped = await upstream.ChatAsync("m;tokens=1;fault=slow-drip;drip=1");

        Assert.InRange((await huge.Content.ReadAsByteArrayAsync(Upstream.Token)).Length, 500_000, 501_000);
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(await dripped.Content.ReadAsStringAsync(Upstream.Token)).ValueKind);
    }

    [Fact]
    public async Task Faults_strike_models_and_embeddings_too()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions
        {
            Providers = [new SimulatorProvider { Name = "down", Behavior = "status=503" }],
        });

        using var models = await upstream.SendAsync("down/v1/models");
        using var embeddings = await upstream.SendAsync("down/v1/embeddings", "{\"model\":\"e\",\"input\":\"x\"}");
        using var overridden = await upstream.SendAsync("down/v1/models", behavior: "status=200");

        Assert.Equal(503, (int)models.StatusCode);
        Assert.Equal(503, (int)embeddings.StatusCode);
        Assert.Equal(200, (int)overridden.StatusCode);
    }

    private static async Task<long> ExpandAsync(byte[] body, string encoding)
    {
        Stream stream = new MemoryStream(body);
        stream = encoding switch
        {
            "br" => new BrotliStream(stream, CompressionMode.Decompress),
            "deflate" => new ZLibStream(stream, CompressionMode.Decompress),
            "nested" => new GZipStream(new GZipStream(stream, CompressionMode.Decompress), CompressionMode.Decompress),
            _ => new GZipStream(stream, CompressionMode.Decompress),
        };
        var buffer = new byte[1 << 16];
        var total = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, Upstream.Token)) > 0)
        {
            total += read;
        }

        return total;
    }
}
