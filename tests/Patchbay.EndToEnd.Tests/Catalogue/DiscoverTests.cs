using System.Globalization;
using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Simulator.Hosting;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary><c>patchbay providers discover</c>, and a first start beside a model server.</summary>
public sealed class DiscoverTests : IAsyncLifetime
{
    private readonly ListServer _ollama = new();
    private readonly string _data = Directory.CreateTempSubdirectory("patchbay-local-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Config => Path.Combine(_data, "patchbay.yaml");

    public ValueTask InitializeAsync()
    {
        _ollama.Replies["/v1/models"] = new ListReply("""{"object":"list","data":[{"id":"llama3.2:3b","object":"model","owned_by":"library"}]}""");
        _ollama.Replies["/api/version"] = new ListReply("""{"version":"0.12.3"}""");
        _ollama.Replies["/api/tags"] = new ListReply("""
            {"models":[{"name":"llama3.2:3b","digest":"a80c"},{"name":"nomic-embed-text:latest","digest":"0a10"}]}
            """);
        _ollama.Replies["/api/show"] = new ListReply("""
            {"model_info":{"general.architecture":"llama","llama.context_length":131072},"capabilities":["completion","tools"]}
            """);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _ollama.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Found_models_are_shown_and_added_to_the_file_beside_its_comments()
    {
        const string Before = "# my own words\nlimits:\n  max_attempts: 3   # enough\n";
        await File.WriteAllTextAsync(Config, Before, Token);

        var shown = await RunAsync("discover");
        Assert.True(shown.ExitCode == 0, shown.Text);
        Assert.Contains("Ollama  " + _ollama.At("/v1"), shown.Output, StringComparison.Ordinal);
        Assert.Matches("ollama/llama3.2-3b +new, context 131,072, tools", shown.Output);
        Assert.Contains("--write", shown.Output, StringComparison.Ordinal);
        Assert.Equal(Before, await File.ReadAllTextAsync(Config, Token));

        var written = await RunAsync("discover", "--write");
        Assert.True(written.ExitCode == 0, written.Text);
        var after = await File.ReadAllTextAsync(Config, Token);
        Assert.StartsWith(Before, after, StringComparison.Ordinal);
        var check = await Cli.RunAsync(["catalog", "check", "--config", Config, "--data", _data], Cli.NoEnvironment, Token);
        Assert.Matches(@"Models +\d+ +[1-9]", check.Output);

        Assert.Contains("in patchbay.yaml", (await RunAsync("discover", "--write")).Output, StringComparison.Ordinal);
        Assert.Equal(after, await File.ReadAllTextAsync(Config, Token));
        Assert.DoesNotContain(_ollama.Requests, request =>
            request.StartsWith("POST", StringComparison.Ordinal) && !request.StartsWith("POST /api/show", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_nobody_or_something_else_listens_is_said()
    {
        await using var other = new ListServer();
        other.Replies["/v1/models"] = new ListReply("""{"object":"list","data":[{"id":"x","owned_by":"somebody"}]}""");
        var nobody = ServerProcess.FreePort();

        var result = await Cli.RunAsync(
            ["providers", "discover", "--port", $"{other.Port}", "--port", $"{nobody}", "--data", _data], Cli.NoEnvironment, Token);

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Contains($"Port {other.Port}: something else listens there.", result.Output, StringComparison.Ordinal);
        Assert.Contains("No model server was found", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_start_offers_what_it_finds()
    {
        await using var server = await StartAsync("offer");

        await Condition.HoldsAsync(() => Task.FromResult(server.Output.Contains("Ctrl+C", StringComparison.Ordinal)), Token);
        Assert.Contains("Ollama on this machine", server.Output, StringComparison.Ordinal);
        Assert.Contains("patchbay providers discover --write", server.Output, StringComparison.Ordinal);
        Assert.Contains("none of", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_start_that_may_use_what_it_finds_answers_free_of_charge()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Token);
        _ollama.Behind = (simulator.Address, "/v1/", "/sim/v1/");
        await using var server = await StartAsync("use");
        using var client = new ApiClient(server.Address, (await File.ReadAllTextAsync(Path.Combine(_data, "master.key"), Token)).Trim());

        foreach (var name in (string[])["ollama/llama3.2-3b", "ollama/llama3.2:3b"])
        {
            var response = await client.ChatAsync(name, Token);
            Assert.True(response.Status == 200, response.Body + server.Output);
            Assert.Equal("0", response.Json.GetProperty("usage").GetProperty("cost").GetRawText());
        }

        Assert.False(File.Exists(Config));
    }

    private Task<ServerProcess> StartAsync(string mode) => ServerProcess.StartAsync(
        _data,
        new Dictionary<string, string?>(Cli.NoEnvironment)
        {
            ["PATCHBAY__CATALOG__LOCAL"] = mode,
            ["PATCHBAY__CATALOG__LOCAL_PORTS"] = _ollama.Port.ToString(CultureInfo.InvariantCulture),
        },
        Token);

    private Task<CliResult> RunAsync(params string[] arguments) => Cli.RunAsync(
        ["providers", .. arguments, "--port", _ollama.Port.ToString(CultureInfo.InvariantCulture), "--data", _data, "--config", Config],
        Cli.NoEnvironment,
        Token);
}
