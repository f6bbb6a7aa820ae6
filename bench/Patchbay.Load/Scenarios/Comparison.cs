using System.Globalization;

namespace Patchbay.Load;

/// <summary>The whole run: starts what is needed, measures the targets in turn, writes the table, stops everything.</summary>
internal sealed class Comparison(LoadWorld world, TextWriter progress)
{
    private readonly LoadRun _run = new(world);
    private readonly List<Finding> _findings = [];
    private readonly List<string> _faults = [];

    public static async Task<int> RunAsync(
        LoadOptions options, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(options.TimeLimit));
        var all = Scenario.All(options);
        foreach (var name in options.Scenarios.Where(name => all.All(scenario => scenario.Name != name)))
        {
            throw new FormatException($"'{name}' is no scenario: {string.Join(", ", all.Select(scenario => scenario.Name))}");
        }

        await using var world = await LoadWorld.StartAsync(options, all, limit.Token);
        var comparison = new Comparison(world, progress);
        var table = await comparison.MeasureAsync(
            [.. all.Where(scenario => options.Scenarios.Length == 0 || options.Scenarios.Contains(scenario.Name))], limit.Token);
        await output.WriteAsync(table);
        await output.FlushAsync(limit.Token);
        if (options.Output is { } file)
        {
            await File.WriteAllTextAsync(file, table, limit.Token);
        }

        foreach (var fault in comparison._faults)
        {
            await progress.WriteLineAsync(fault);
        }

        return comparison._faults.Count == 0 ? 0 : 1;
    }

    private async Task<string> MeasureAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellationToken)
    {
        var expectations = new Dictionary<string, Expectation>();
        foreach (var scenario in scenarios)
        {
            expectations[scenario.Name] = await _run.LearnAsync(scenario, cancellationToken);
        }

        Scenario[] steady = [.. scenarios.Where(static scenario => !scenario.Once)];
        if (steady.Length > 0)
        {
            await MeasureRoundsAsync(steady, expectations, cancellationToken);
        }

        foreach (var scenario in scenarios.Where(static scenario => scenario.Once))
        {
            await MeasureCrowdAsync(scenario, expectations[scenario.Name], cancellationToken);
        }

        return new LoadReport(world, expectations, _findings, _faults).Write(scenarios);
    }

    // A B C A B C …: what else the machine does hits all targets alike. Round 0 warms up and is not counted.
    private async Task MeasureRoundsAsync(
        Scenario[] scenarios, Dictionary<string, Expectation> expectations, CancellationToken cancellationToken)
    {
        var targets = new List<Target>();
        try
        {
            foreach (var name in world.Options.Targets)
            {
                targets.Add(await world.StartTargetAsync(name, cancellationToken));
            }

            for (var round = 0; round <= world.Options.Rounds; round++)
            {
                foreach (var scenario in scenarios)
                {
                    foreach (var target in targets)
                    {
                        await MeasureAsync(target, scenario, expectations[scenario.Name], round, cancellationToken);
                    }
                }
            }

            foreach (var target in targets)
            {
                await AuditAsync(target, cancellationToken);
            }
        }
        finally
        {
            foreach (var target in targets)
            {
                await target.DisposeAsync();
            }
        }
    }

    // Memory per stream needs a process that has not yet grown from other load.
    private async Task MeasureCrowdAsync(Scenario scenario, Expectation expectation, CancellationToken cancellationToken)
    {
        var warmUp = world.Scenarios.First(static other => other is { Streamed: true, TokensPerSecond: 0 });
        var learned = await _run.LearnAsync(warmUp, cancellationToken);
        foreach (var name in world.Options.Targets)
        {
            await using var target = await world.StartTargetAsync(name, cancellationToken);
            await _run.MeasureAsync(
                target, warmUp, target.RequestFor(warmUp, learned), TimeSpan.FromSeconds(world.Options.Seconds), cancellationToken);
            var request = target.RequestFor(scenario, expectation);
            var found = await _run.MeasureAsync(target, scenario, request, TimeSpan.Zero, cancellationToken);
            await KeepAsync(target, scenario, 1, found);
            await AuditAsync(target, cancellationToken);
        }
    }

    private async Task MeasureAsync(
        Target target, Scenario scenario, Expectation expectation, int round, CancellationToken cancellationToken)
    {
        var length = TimeSpan.FromSeconds(world.Options.Seconds * scenario.Length * (round == 0 ? 3 : 1));
        var found = await _run.MeasureAsync(
            target, scenario, target.RequestFor(scenario, expectation), length, cancellationToken);
        await KeepAsync(target, scenario, round, found);
    }

    private async Task KeepAsync(Target target, Scenario scenario, int round, Measurement found)
    {
        if (found.Faults > 0)
        {
            _faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{target.Name}, {scenario.Name}, round {round}: {found.Faults} of {found.Requests} answers were wrong, the first: {found.FirstFault}"));
        }

        if (round > 0)
        {
            _findings.Add(new Finding(target.Name, scenario.Name, found));
        }

        await progress.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round} {scenario.Name,-8} {target.Name,-10} {found.PerSecond,9:F0}/s {found.CpuPerRequest,9:F1} us/request {found.CpuPerEvent,7:F1} us/event, gateway {100 * found.GatewayCpu / found.Seconds,3:F0} %, load {100 * found.LoadCpu / found.Seconds,3:F0} %, faults {found.Faults}"));
    }

    private async Task AuditAsync(Target target, CancellationToken cancellationToken)
    {
        if (await target.AuditAsync(cancellationToken) is { } wrong)
        {
            _faults.Add(wrong);
        }
        else if (target is PatchbayTarget)
        {
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"The key's usage is exactly what {target.Requests} answers told: {target.CostNanos / 1_000_000_000m} USD."));
        }
    }
}

/// <summary>A measurement, by target and scenario.</summary>
internal sealed record Finding(string Target, string Scenario, Measurement Measurement);
