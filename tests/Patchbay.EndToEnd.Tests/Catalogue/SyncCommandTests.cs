using System.Text.Json;
using Patchbay.EndToEnd.Tests.Operations;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary><c>patchbay catalog sync</c> as a process, against stand-ins of the public lists.</summary>
public sealed class SyncCommandTests : IAsyncLifetime
{
    private const string Model = "openai/gpt-4o";
    private readonly ListServer _lists = new();
    private readonly string _data = Directory.CreateTempSubdirectory("patchbay-sync-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _lists.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_small_change_takes_effect_and_a_great_one_waits_until_it_is_accepted()
    {
        Say("2.6", "10");
        var dry = await RunAsync("sync", "--dry-run");
        Assert.True(dry.ExitCode == 0, dry.Text);
        Assert.Contains("$2.50 → $2.60 per million tokens", dry.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was written.", dry.Output, StringComparison.Ordinal);
        Assert.Contains("$2.50 in", (await RunAsync("show", Model)).Output, StringComparison.Ordinal);

        Assert.Contains("In force now (1 model(s))", (await RunAsync("sync")).Output, StringComparison.Ordinal);
        Assert.Matches(@"openai +\$2\.60 in, \$10\.00 out +\[models\.dev", (await RunAsync("show", Model)).Output);

        Say("26", "10");
        var great = await RunAsync("sync");
        Assert.True(great.ExitCode == 0, great.Text);
        Assert.Contains("In force now: no change.", great.Output, StringComparison.Ordinal);
        Assert.Contains("$2.60 → $26.00 per million tokens", great.Output, StringComparison.Ordinal);
        Assert.Contains($"--accept {Model}", great.Output, StringComparison.Ordinal);
        Assert.Matches(@"openai +\$2\.60 in.*a change waits", (await RunAsync("show", Model)).Output);

        Assert.Equal(1, (await RunAsync("sync", "--accept", "openai/gpt-4")).ExitCode);
        Assert.Equal(0, (await RunAsync("sync", "--accept", Model)).ExitCode);
        Assert.Matches(@"openai +\$26\.00 in", (await RunAsync("show", Model)).Output);
        Assert.Contains("No price change waits", (await RunAsync("sync", "--accept-all")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unchanged_list_is_not_sent_again()
    {
        Say("2.6", "10", "\"v1\"");
        await RunAsync("sync");
        var again = await RunAsync("sync");

        Assert.True(again.ExitCode == 0, again.Text);
        Assert.Contains("If-None-Match: \"v1\"", _lists.Requests.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain("If-None-Match", _lists.Requests.First(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error", "it answered 500.")]
    [InlineData("html", "a web page, not JSON.")]
    [InlineData("cut", "cut off")]
    [InlineData("half", "cut off")]
    [InlineData("huge", "larger than 64 MiB.")]
    [InlineData("redirect", "redirects are not followed.")]
    [InlineData("negative", "make no sense")]
    [InlineData("nobody", "nobody listens there.")]
    public async Task A_list_that_cannot_be_used_changes_nothing_and_the_command_fails(string fault, string words)
    {
        Say("2.6", "10");
        Assert.Equal(0, (await RunAsync("sync")).ExitCode);
        var body = _lists.Replies["/api.json"].Body.Replace("2.6", "2.7", StringComparison.Ordinal);
        _lists.Replies["/api.json"] = fault switch
        {
            "error" => new ListReply(body, 500),
            "html" => new ListReply("<!doctype html><h1>Sign in</h1>"),
            "cut" => new ListReply(body, CutAfter: 40),
            "half" => new ListReply(body[..40]),
            "huge" => new ListReply(new string(' ', 1024 * 1024), Repeat: 80),
            "redirect" => new ListReply("", 302, Location: _lists.At("/elsewhere")),
            "negative" => new ListReply(body.Replace("2.7", "-2.7", StringComparison.Ordinal)),
            _ => new ListReply(body),
        };
        _lists.Replies["/elsewhere"] = new ListReply(body);
        if (fault == "nobody")
        {
            await _lists.DisposeAsync();
        }

        var result = await RunAsync("sync");

        Assert.True(result.ExitCode == 1, result.Text);
        Assert.Contains("FAILED", result.Output, StringComparison.Ordinal);
        Assert.Contains(words, result.Output, StringComparison.Ordinal);
        Assert.Contains("stay in force", result.Output, StringComparison.Ordinal);
        Assert.Contains("$2.60 in", (await RunAsync("show", Model)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_lists.Requests, request => request.Contains("elsewhere", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_providers_own_list_is_asked_with_its_key_and_its_prices_are_used()
    {
        _lists.Replies["/own/v1/models"] = new ListReply("""
            {"data":[{"id":"openai/gpt-4o","context_length":64000,"pricing":{"prompt":"0.000002","completion":"0.000008"}}]}
            """);
        await WriteConfigAsync($$"""
            providers:
              - slug: acme
                base_url: {{_lists.At("/own/v1")}}
                api_key: secret-of-acme
            """);

        var result = await RunAsync("sync", "--json");

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Contains(_lists.Requests, request => request.StartsWith("GET /own/v1/models", StringComparison.Ordinal)
            && request.Contains("Authorization: Bearer secret-of-acme", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(result.Output);
        var prompt = json.RootElement.GetProperty("applied").EnumerateArray().Single(change => change.GetProperty("fact").GetString() == "price.prompt");
        Assert.Equal(("acme", "0.000002", "provider:acme"),
            (prompt.GetProperty("provider").GetString(), prompt.GetProperty("new").GetString(), prompt.GetProperty("source").GetString()));
        Assert.Matches(@"\* acme +\$2\.00 in, \$8\.00 out", (await RunAsync("show", Model)).Output);
        Assert.DoesNotContain("secret-of-acme", await File.ReadAllTextAsync(Path.Combine(_data, "catalog.json"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_store_is_named_and_nothing_is_overwritten()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "catalog.json"), "{", Token);

        var result = await RunAsync("sync");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("catalog.json", result.Error, StringComparison.Ordinal);
        Assert.Equal("{", await File.ReadAllTextAsync(Path.Combine(_data, "catalog.json"), Token));
    }

    private void Say(string input, string output, string? etag = null) => _lists.Replies["/api.json"] = new ListReply(
        "{\"openai\":{\"id\":\"openai\",\"models\":{\"gpt-4o\":{\"id\":\"gpt-4o\",\"name\":\"GPT-4o\",\"cost\":{\"input\":"
        + input + ",\"output\":" + output + "},\"limit\":{\"context\":128000,\"output\":16384}}}}}", ETag: etag);

    private Task WriteConfigAsync(string yaml) =>
        File.WriteAllTextAsync(Path.Combine(_data, "patchbay.yaml"), yaml, Token);

    private async Task<CliResult> RunAsync(params string[] arguments)
    {
        var config = Path.Combine(_data, "patchbay.yaml");
        if (!File.Exists(config))
        {
            await WriteConfigAsync("# nothing yet\n");
        }

        var environment = new Dictionary<string, string?>(Cli.NoEnvironment)
        {
            ["PATCHBAY__CATALOG__MODELS_DEV"] = File.ReadAllText(config).Contains("/own/", StringComparison.Ordinal) ? "none" : _lists.At("/api.json"),
            ["PATCHBAY__CATALOG__OPENROUTER"] = "none",
            ["OPENAI_API_KEY"] = null,
        };
        return await Cli.RunAsync(["catalog", .. arguments, "--data", _data, "--config", config], environment, Token);
    }
}
