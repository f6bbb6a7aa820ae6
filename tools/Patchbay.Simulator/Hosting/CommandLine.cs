using System.Globalization;
using System.Net;

namespace Patchbay.Simulator.Hosting;

/// <summary>The simulator as a program.</summary>
internal static class CommandLine
{
    private const string Help = """
        Stands in for upstream LLM providers: OpenAI chat completions, embeddings and models,
        with scripted latency, token counts and faults.

        Usage: dotnet run --project tools/Patchbay.Simulator -- [options]

          --urls URL      Address to listen on           (default http://127.0.0.1:9101)
          --seed N        Seed of all generated content  (default 1)
          --script FILE   JSON rules to start with: [{"provider":"alpha","calls":"1-3","behavior":"status=500"}]
          --replay DIR    Directory for replay=FILE
          --no-log        Count requests, but keep none (for benchmarks)
          --help          This text

        Base URL of a provider: http://127.0.0.1:9101/NAME/v1 (any name works; /v1 alone is provider "sim").
        Behaviour: model "any;tokens=20;ttft=50;tps=100;fault=cut;after=5", header "X-Sim: …", or the script.
        Control: GET /_sim/log, POST /_sim/reset, POST /_sim/script, GET /_sim/health.
        The README lists every setting and fault.
        """;

    /// <summary>Runs until cancelled; returns the exit code: 0 in good order, 2 for arguments that cannot be read.</summary>
    public static async Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            if (args.AsSpan().IndexOfAny("--help", "-h") >= 0)
            {
                await output.WriteLineAsync(Help);
                return 0;
            }

            var options = Read(args, out var script);
            await using var simulator = await SimulatorHost.StartAsync(options, cancellationToken);
            if (script is not null)
            {
                simulator.Script.ReplaceFromJson(await File.ReadAllBytesAsync(script, cancellationToken));
            }

            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"Simulator listens on {simulator.Address} (seed {options.Seed}, {simulator.Script.Rules.Count} rules). Try {simulator.BaseUrl("alpha")}; --help lists the options."));
            await output.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    private static SimulatorOptions Read(string[] args, out string? script)
    {
        var options = new SimulatorOptions { Port = 9101 };
        script = null;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--no-log")
            {
                options = options with { KeepLog = false };
                continue;
            }

            var name = args[i];
            var known = name is "--urls" or "--seed" or "--script" or "--replay";
            if (!known)
            {
                throw new FormatException($"'{name}' is not an option; --help lists them");
            }

            var value = ++i < args.Length ? args[i] : throw new FormatException($"{name} needs a value");
            switch (name)
            {
                case "--urls":
                    options = WithAddress(options, value);
                    break;
                case "--seed":
                    options = options with { Seed = ReadSeed(value) };
                    break;
                case "--script":
                    script = value;
                    break;
                default:
                    options = options with { ReplayDirectory = value };
                    break;
            }
        }

        return options;
    }

    private static SimulatorOptions WithAddress(SimulatorOptions options, string value)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
        {
            throw new FormatException($"--urls must look like http://127.0.0.1:9101, got '{value}'");
        }

        var address = uri.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var parsed) ? parsed
            : throw new FormatException($"--urls needs an IP address or localhost, got '{uri.Host}'");
        return options with { Address = address, Port = uri.Port };
    }

    private static ulong ReadSeed(string value) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new FormatException($"--seed must be a whole number, got '{value}'");
}
