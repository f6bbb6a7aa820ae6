using System.Text.RegularExpressions;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

public sealed class FirstStartWorld : IAsyncLifetime
{
    private string _data = "";

    public ServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _data = Directory.CreateTempSubdirectory("patchbay-first-").FullName;
        Server = await ServerProcess.StartAsync(_data, Cli.NoEnvironment, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}

/// <summary>A server that nobody configured.</summary>
public sealed partial class FirstStartTests(FirstStartWorld fixture) : IClassFixture<FirstStartWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ServerProcess Server => fixture.Server;

    private string Root => Server.Address.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task It_says_where_it_is_how_to_get_in_and_what_to_do_next()
    {
        await Condition.HoldsAsync(() => Task.FromResult(Server.Output.Contains("Ctrl+C", StringComparison.Ordinal)), Token);

        var output = Server.Output;
        Assert.Contains(Root + "/api/v1", output, StringComparison.Ordinal);
        Assert.Matches(@"Console\s+(" + Regex.Escape(Root) + @"/#key=\S+|not built; " + Regex.Escape(Root) + "/ says how)", output);
        Assert.Contains("Next", output, StringComparison.Ordinal);
        Assert.Contains("OPENAI_API_KEY", output, StringComparison.Ordinal);
        Assert.Contains("--demo", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_that_it_made_works()
    {
        var key = (await File.ReadAllTextAsync(Path.Combine(Server.Data, "master.key"), Token)).Trim();
        using var client = new ApiClient(Server.Address, key);

        Assert.Equal(200, (await client.GetAsync("/api/v1/keys", Token)).Status);
        Assert.Equal(401, (await Anonymous().GetAsync("/api/v1/keys", Token)).Status);
        if (!OperatingSystem.IsWindows())
        {
            var mode = File.GetUnixFileMode(Path.Combine(Server.Data, "master.key"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        }
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task It_is_healthy(string path)
    {
        var response = await Anonymous().GetAsync(path, Token);

        Assert.Equal(200, response.Status);
        Assert.NotEmpty(response.Json.GetProperty("status").GetString()!);
    }

    [Fact]
    public async Task Its_root_is_a_page()
    {
        var response = await Anonymous().GetAsync("/", Token);

        Assert.Equal(200, response.Status);
        Assert.StartsWith("<!doctype html>", response.Body.TrimStart(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Patchbay", response.Body, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Contains("frame-ancestors 'none'", response.Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_is_none_says_where_all_are_listed()
    {
        foreach (var path in (string[])["/api/v1/nothing", "/v1/nothing", "/api/nothing"])
        {
            var response = await Anonymous().GetAsync(path, Token);
            Assert.Equal(404, response.Status);
            Assert.Contains("/openapi.json", response.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_for_a_model_without_a_provider_key_says_why_it_cannot_be_served()
    {
        var key = (await File.ReadAllTextAsync(Path.Combine(Server.Data, "master.key"), Token)).Trim();
        using var client = new ApiClient(Server.Address, key);
        var models = (await client.GetAsync("/api/v1/models", Token)).Json.GetProperty("data");
        var model = models.GetArrayLength() > 0 ? models[0].GetProperty("id").GetString()! : "openai/gpt-4o";

        var response = await client.ChatAsync(model, Token);

        Assert.Contains(response.Status, (int[])[400, 404]);
        Assert.Contains(response.ErrorCode, (string[])["no_endpoints", "model_not_found"]);
    }

    [Fact]
    public async Task Its_metrics_are_in_the_form_that_Prometheus_reads()
    {
        var key = (await File.ReadAllTextAsync(Path.Combine(Server.Data, "master.key"), Token)).Trim();
        using var client = new ApiClient(Server.Address, key);
        await client.ChatAsync("no/such-model", Token);

        var response = await Anonymous().GetAsync("/metrics", Token);

        Assert.Equal(200, response.Status);
        CheckForm(response.Body);
        Assert.Contains("patchbay_refusals_total{code=\"model_not_found\"}", response.Body, StringComparison.Ordinal);
        Assert.Contains("\npatchbay_holds_open 0\n", response.Body, StringComparison.Ordinal);
        Assert.Contains("\nprocess_cpu_seconds_total ", response.Body, StringComparison.Ordinal);
    }

    /// <summary>Every line is a comment or a sample, every sample belongs to the metric that was described before it, and no
    /// metric is described twice.</summary>
    private static void CheckForm(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var described = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var current = "";
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith('#'))
            {
                var parts = line.Split(' ', 4);
                Assert.Contains(parts[1], (string[])["HELP", "TYPE"]);
                if (parts[1] == "TYPE")
                {
                    current = parts[2];
                    Assert.True(described.Add(current), $"{current} is described twice.");
                    Assert.Contains(parts[3], (string[])["counter", "gauge", "histogram"]);
                }

                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            var name = sample.Groups["name"].Value;
            Assert.True(
                name == current || Suffixes.Any(suffix => name == current + suffix), $"{name} stands below {current}.");
            Assert.True(seen.Add(name + sample.Groups["labels"].Value), $"{line} comes twice.");
        }

        Assert.NotEmpty(described);
    }

    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count"];

    private ApiClient Anonymous() => new(Server.Address, null);

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*",?)*\})? (?<value>[-+]?[0-9.]+([eE][-+]?[0-9]+)?|NaN|[-+]Inf)$""")]
    private static partial Regex Sample();
}
