using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

/// <summary>Starts that must not succeed, and commands beside a running server.</summary>
public sealed class StartTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("limits:\n  idle_timeot: 5s\n", "idle_timeot", 2)]
    [InlineData("limits:\n  idle_timeout: 5 parsecs\n", "idle_timeout", 2)]
    [InlineData("models:\n  - slug: a/b\n    endpoints:\n      - provider: nobody\n        model: x\n", "nobody", 4)]
    [InlineData("providers:\n  - slug: acme\n    protocol: smoke-signals\n    base_url: http://127.0.0.1:1/v1\n", "protocol", 3)]
    [InlineData("limits: {\n", "", 2)]
    public async Task A_wrong_file_stops_the_start_with_its_key_and_line(string yaml, string key, int line)
    {
        using var folder = new Folder();
        var file = folder.Write("patchbay.yaml", yaml);

        var result = await Cli.RunAsync(["--config", file, "--data", folder.Path], Cli.NoEnvironment, Token);

        Assert.True(result.ExitCode == 2, result.Text);
        Assert.Contains(key, result.Error, StringComparison.Ordinal);
        Assert.Matches("patchbay\\.yaml:" + line + "\\b", result.Error);
    }

    [Fact]
    public async Task All_problems_of_a_file_are_told_at_once()
    {
        using var folder = new Folder();
        var file = folder.Write("patchbay.yaml", "limits:\n  idle_timeot: 5s\nproviders:\n  - slug: acme\n    protocol: smoke-signals\n    base_url: http://127.0.0.1:1/v1\n");

        var result = await Cli.RunAsync(["--config", file, "--data", folder.Path], Cli.NoEnvironment, Token);

        Assert.True(result.ExitCode == 2, result.Text);
        Assert.Contains("idle_timeot", result.Error, StringComparison.Ordinal);
        Assert.Contains("smoke-signals", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_argument_and_a_wrong_variable_stop_the_start_too()
    {
        using var folder = new Folder();

        var argument = await Cli.RunAsync(["--dmeo", "--data", folder.Path], Cli.NoEnvironment, Token);
        var variable = await Cli.RunAsync(
            ["--data", folder.Path],
            new Dictionary<string, string?>(Cli.NoEnvironment) { ["PATCHBAY__LIMITS__IDLE_TIMEOT"] = "5s" },
            Token);

        Assert.True(argument.ExitCode == 2, argument.Text);
        Assert.Contains("--demo", argument.Error, StringComparison.Ordinal);
        Assert.True(variable.ExitCode == 2, variable.Text);
        Assert.Contains("PATCHBAY__LIMITS__IDLE_TIMEOUT", variable.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:18081")]
    [InlineData("http://[::]:18081")]
    [InlineData("http://127.0.0.1:18081;http://0.0.0.0:18082")]
    public async Task An_address_that_others_can_reach_needs_a_chosen_key(string urls)
    {
        using var folder = new Folder();

        var result = await Cli.RunAsync(["--urls", urls, "--data", folder.Path], Cli.NoEnvironment, Token);

        Assert.True(result.ExitCode == 2, result.Text);
        Assert.Contains("PATCHBAY_MASTER_KEY", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_serves_one_server_and_its_commands_and_survives_a_restart()
    {
        await using var world = await World.StartAsync(
            new WorldOptions { Models = [new WorldModel("test/echo", new WorldEndpoint("alpha", "echo;tokens=12;prompt_tokens=9"))] },
            Token);

        var second = await Cli.RunAsync(
            ["--urls", $"http://127.0.0.1:{ServerProcess.FreePort()}", "--data", world.Data], Cli.NoEnvironment, Token);
        Assert.True(second.ExitCode == 1, second.Text);
        Assert.Contains("cannot start", second.Error, StringComparison.Ordinal);

        var made = await Cli.RunAsync(["keys", "create", "--name", "cli", "--limit", "1", "--data", world.Data], Cli.NoEnvironment, Token);
        Assert.True(made.ExitCode == 0, made.Text);
        var key = made.Output.Trim();
        using (var client = new ApiClient(world.Server.Address, key))
        {
            Assert.Equal(200, (await client.ChatAsync("test/echo", Token)).Status);
            Assert.Equal(200, (await client.ChatAsync("test/echo", Token)).Status);
        }

        var audit = await Cli.RunAsync(["reconcile", "--data", world.Data], Cli.NoEnvironment, Token);
        Assert.True(audit.ExitCode == 0, audit.Text);
        Assert.Matches("Findings +0", audit.Output);
        Assert.Matches("Generations +2", audit.Output);

        await world.Server.DisposeAsync();
        await world.StartServerAsync(Token);

        using (var client = new ApiClient(world.Server.Address, key))
        {
            var before = (await client.GetAsync("/api/v1/key", Token)).Json.GetProperty("data");
            Assert.Equal("0.000066", before.GetProperty("usage").GetRawText());
            Assert.Equal("0.999934", before.GetProperty("limit_remaining").GetRawText());
            Assert.Equal(200, (await client.ChatAsync("test/echo", Token)).Status);
        }

        Assert.Equal(3, await Faults.FaultProbe.CountAsync(world, Token));
        var listed = await Cli.RunAsync(["keys", "list", "--data", world.Data], Cli.NoEnvironment, Token);
        Assert.Contains("cli", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(key, listed.Output, StringComparison.Ordinal);
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("patchbay-start-").FullName;

        public string Write(string name, string text)
        {
            var file = System.IO.Path.Combine(Path, name);
            File.WriteAllText(file, text);
            return file;
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
