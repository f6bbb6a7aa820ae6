using System.Globalization;

namespace Patchbay.Load;

/// <summary>One kind of load.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>What it is, for the report.</summary>
    public required string Title { get; init; }

    public required bool Streamed { get; init; }

    /// <summary>Tokens of the simulator's answer.</summary>
    public required int Tokens { get; init; }

    /// <summary>The simulator's pace; 0 is as fast as possible.</summary>
    public int TokensPerSecond { get; init; }

    /// <summary>How many exchanges run at a time: each connection begins the next when one has ended.</summary>
    public required int Connections { get; init; }

    /// <summary>Plain answers asked for per second, over all connections; 0 is as many as possible.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>The time over which the connections begin, so that paced streams do not march in step.</summary>
    public TimeSpan Ramp { get; init; }

    /// <summary>Each connection has one exchange, and the measurement ends with the last.</summary>
    public bool Once { get; init; }

    /// <summary>The length of a measurement, as a multiple of the option.</summary>
    public double Length { get; init; } = 1;

    /// <summary>The most exchanges in one measurement.</summary>
    public int MostRequests { get; init; } = 500_000;

    public string Model => "bench/" + Name;

    public string UpstreamModel => TokensPerSecond == 0
        ? string.Create(CultureInfo.InvariantCulture, $"sim;tokens={Tokens}")
        : string.Create(CultureInfo.InvariantCulture, $"sim;tokens={Tokens};tps={TokensPerSecond}");

    public static IReadOnlyList<Scenario> All(LoadOptions options) =>
    [
        Unary("alone", 1, "one request at a time") with { Length = 0.5 },
        Unary("steady", 64, "64 connections, 5,000 requests a second") with
        {
            RequestsPerSecond = 5_000, Ramp = TimeSpan.FromMilliseconds(12),
        },
        Unary("unary16", 16, "16 connections, saturating"),
        Unary("unary64", 64, "64 connections, saturating"),
        new Scenario
        {
            Name = "streams",
            Title = "streams of 100 events as fast as possible, 16 connections",
            Streamed = true,
            Tokens = 96,
            Connections = 16,
        },
        new Scenario
        {
            Name = "paced",
            Title = "100 streams of 104 events at 50 tokens a second",
            Streamed = true,
            Tokens = 100,
            TokensPerSecond = 50,
            Connections = 100,
            Ramp = TimeSpan.FromSeconds(1),
            Length = 1.5,
        },
        new Scenario
        {
            Name = "idle",
            Title = string.Create(CultureInfo.InvariantCulture, $"{options.IdleStreams} streams at a time, 2 tokens a second each"),
            Streamed = true,
            Tokens = 20,
            TokensPerSecond = 2,
            Connections = options.IdleStreams,
            Ramp = TimeSpan.FromSeconds(3),
            Once = true,
        },
    ];

    private static Scenario Unary(string name, int connections, string how) => new()
    {
        Name = name,
        Title = "plain answers, " + how,
        Streamed = false,
        Tokens = 120,
        Connections = connections,
    };
}
