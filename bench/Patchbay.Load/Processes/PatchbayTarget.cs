using System.Globalization;
using System.Text;

namespace Patchbay.Load;

/// <summary>The real server with everything on: a key with a limit, routing, holds, durable settlement, usage rows.</summary>
internal sealed class PatchbayTarget : Target
{
    private const string MasterKey = "sk-pb-master-key-of-the-load-test";

    private readonly ChildProcess _process;
    private readonly ControlClient _control;
    private readonly string _key;

    private PatchbayTarget(ControlClient control, ChildProcess process, string key)
        : base("patchbay", control.Address, process.Id)
    {
        _control = control;
        _process = process;
        _key = key;
    }

    /// <summary>Starts a server with an empty database and makes a key through its API.</summary>
    public static async Task<PatchbayTarget> StartAsync(LoadWorld world, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(
            Path.Combine(world.Folder, $"patchbay-{Guid.CreateVersion7():N}")).FullName;
        // Not beside the database: the server watches the folder of its configuration.
        var config = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "config")).FullName, "patchbay.yaml");
        await File.WriteAllTextAsync(config, Yaml(world), cancellationToken);
        var environment = new Dictionary<string, string?>(world.Environment)
        {
            ["PATCHBAY_MASTER_KEY"] = MasterKey,
            ["PATCHBAY_DATABASE"] = null,
        };
        var address = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}/");
        var process = ChildProcess.Start(
            "patchbay", world.Placement.Gateway, folder, environment, Path.GetFullPath(world.Options.Server),
            "--urls", address.GetLeftPart(UriPartial.Authority), "--data", Path.Combine(folder, "data"), "--config", config);
        var control = new ControlClient(address);
        try
        {
            await process.WaitUntilReadyAsync(control, "/health/ready", cancellationToken);
            var made = await control.SendAsync(
                HttpMethod.Post, "/api/v1/keys", MasterKey, "{\"name\":\"load\",\"limit\":1000000}", cancellationToken);
            return new PatchbayTarget(control, process, made.GetProperty("key").GetString()!);
        }
        catch
        {
            control.Dispose();
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>The key's usage must be, to the nano-USD, what the answers told.</summary>
    public override async Task<string?> AuditAsync(CancellationToken cancellationToken)
    {
        var answer = await _control.SendAsync(HttpMethod.Get, "/api/v1/key", _key, null, cancellationToken);
        var usage = answer.GetProperty("data").GetProperty("usage").GetDecimal();
        var told = CostNanos / 1_000_000_000m;
        return usage == told
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The key's usage is {usage} USD, but the answers told {told} USD.");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _control.Dispose();
        await _process.DisposeAsync();
    }

    protected override LoadRequest Create(Scenario scenario) => LoadRequest.Create(
        Address, "/api/v1/chat/completions", _key, scenario.Model, scenario.Streamed, wantsCost: true);

    private static string Yaml(LoadWorld world)
    {
        var yaml = new StringBuilder();
        yaml.AppendLine("providers:")
            .AppendLine("  - slug: bench")
            .AppendLine("    name: Bench")
            .AppendLine("    protocol: openai")
            .AppendLine(CultureInfo.InvariantCulture, $"    base_url: {world.Simulator}bench/v1")
            .AppendLine("    api_key: upstream-secret-of-the-load-test")
            .AppendLine("models:");
        foreach (var scenario in world.Scenarios)
        {
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  - slug: {scenario.Model}")
                .AppendLine("    context_length: 128000")
                .AppendLine("    endpoints:")
                .AppendLine("      - provider: bench")
                .AppendLine(CultureInfo.InvariantCulture, $"        model: \"{scenario.UpstreamModel}\"")
                .AppendLine("        max_output_tokens: 4096")
                .AppendLine("        price: { prompt: \"0.000001\", completion: \"0.000002\" }");
        }

        return yaml.ToString();
    }
}
