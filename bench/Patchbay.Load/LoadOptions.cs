using System.Globalization;

namespace Patchbay.Load;

/// <summary>What <c>compare</c> was asked to do.</summary>
internal sealed record LoadOptions
{
    public string Server { get; init; } = Path.Combine(
        Repository.Root, "artifacts", "bin", "Patchbay.Server", "release", "Patchbay.Server.dll");

    /// <summary>Another build of the server, measured beside the first; null for none.</summary>
    public string? Baseline { get; init; }

    /// <summary>What the baseline has in its environment besides, as NAME=VALUE.</summary>
    public string[] BaselineEnvironment { get; init; } = [];

    public string Simulator { get; init; } = "";

    public int Rounds { get; init; } = 5;

    public double Seconds { get; init; } = 2;

    public string[] Targets { get; init; } = ["direct", "forwarder-default", "forwarder", "patchbay"];

    public string[] Scenarios { get; init; } = [];

    public int IdleStreams { get; init; } = 2000;

    public int GatewayCore { get; init; }

    public int LoadCore { get; init; } = 1;

    public bool Pin { get; init; } = true;

    public bool InlineIo { get; init; } = true;

    public double TimeLimit { get; init; } = 900;

    public string? Keep { get; init; }

    public string? Output { get; init; }

    public static LoadOptions Read(string[] args)
    {
        var options = new LoadOptions();
        for (var i = 1; i < args.Length; i++)
        {
            var name = args[i];
            if (name == "--no-pin")
            {
                options = options with { Pin = false };
                continue;
            }

            var value = i + 1 < args.Length ? args[++i] : throw new FormatException($"{name} needs a value");
            options = With(options, name, value);
        }

        if (options.BaselineEnvironment.Length > 0)
        {
            options = options with { Baseline = options.Baseline ?? options.Server };
        }

        if (options.Baseline is not null && !options.Targets.Contains("baseline"))
        {
            options = options with { Targets = [.. options.Targets, "baseline"] };
        }

        return options with
        {
            Simulator = Path.Combine(
                Path.GetDirectoryName(Path.GetFullPath(options.Server))!, "Patchbay.Simulator.dll"),
        };
    }

    private static LoadOptions With(LoadOptions options, string name, string value) => name switch
    {
        "--server" => options with { Server = value },
        "--baseline" => options with { Baseline = value },
        "--baseline-env" => options with { BaselineEnvironment = [.. options.BaselineEnvironment, value] },
        "--rounds" => options with { Rounds = (int)Number(name, value, 1, 100) },
        "--seconds" => options with { Seconds = Number(name, value, 0.2, 600) },
        "--targets" => options with { Targets = value.Split(',') },
        "--scenarios" => options with { Scenarios = value.Split(',') },
        "--idle-streams" => options with { IdleStreams = (int)Number(name, value, 1, 20_000) },
        "--cores" => value.Split(',') is [var gateway, var load]
            ? options with
            {
                GatewayCore = (int)Number(name, gateway, 0, 1023),
                LoadCore = (int)Number(name, load, 0, 1023),
            }
            : throw new FormatException("--cores needs two numbers, such as 0,1"),
        Load.InlineIo.Option => options with { InlineIo = value != "false" },
        "--time-limit" => options with { TimeLimit = Number(name, value, 1, 86_400) },
        "--keep" => options with { Keep = value },
        "--output" => options with { Output = value },
        _ => throw new FormatException($"'{name}' is not an option; --help lists them"),
    };

    private static double Number(string name, string value, double least, double most) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} must be a number from {least} to {most}, got '{value}'");
}
