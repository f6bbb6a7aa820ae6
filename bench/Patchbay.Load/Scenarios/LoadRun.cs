using System.Diagnostics;

namespace Patchbay.Load;

/// <summary>Puts one load on one target for a bounded time.</summary>
internal sealed class LoadRun(LoadWorld world)
{
    private static readonly TimeSpan MemoryEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Measures. Exchanges that have begun are finished, so that every cost is seen.</summary>
    public async Task<Measurement> MeasureAsync(
        Target target, Scenario scenario, LoadRequest request, TimeSpan length, CancellationToken cancellationToken)
    {
        var connections = target.Connections(scenario.Connections);
        var workers = new LoadWorker[scenario.Connections];
        var left = new ExchangeQuota(scenario.Once ? scenario.Connections : scenario.MostRequests);
        for (var i = 0; i < workers.Length; i++)
        {
            if (!scenario.Once)
            {
                await connections[i].OpenAsync(cancellationToken);
            }

            workers[i] = new LoadWorker(connections[i], request, left, scenario);
        }

        var memoryBefore = ProcFile.Size(target.ProcessId, "VmRSS");
        var gateway = ProcFile.CpuSeconds(target.ProcessId);
        var load = LoadCpu();
        var began = Stopwatch.GetTimestamp();
        var end = began + (long)(length.TotalSeconds * Stopwatch.Frequency);
        var tasks = new Task[workers.Length];
        var memory = new List<long>();
        for (var i = 0; i < workers.Length; i++)
        {
            var worker = workers[i];
            var wait = scenario.Ramp * i / workers.Length - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, cancellationToken);
            }

            tasks[i] = Task.Run(() => worker.RunAsync(end, cancellationToken), cancellationToken);
        }

        var all = Task.WhenAll(tasks);
        while (scenario.Once && !all.IsCompleted && !tasks.Any(static task => task.IsCompleted))
        {
            memory.Add(ProcFile.Size(target.ProcessId, "VmRSS"));
            await Task.WhenAny(all, Task.Delay(MemoryEvery, cancellationToken));
        }

        await all;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        memory.Sort();
        var measurement = new Measurement
        {
            Requests = workers.Sum(static worker => worker.Whole.Count),
            Events = workers.Sum(static worker => worker.Events),
            Seconds = seconds,
            GatewayCpu = ProcFile.CpuSeconds(target.ProcessId) - gateway,
            LoadCpu = LoadCpu() - load,
            Whole = Sorted(workers, static worker => worker.Whole),
            FirstByte = Sorted(workers, static worker => worker.FirstByte),
            Faults = workers.Sum(static worker => worker.Faults),
            FirstFault = workers.Select(static worker => worker.FirstFault).FirstOrDefault(static fault => fault is not null),
            MemoryBefore = memoryBefore,
            MemoryDuring = memory.Count == 0 ? 0 : memory[memory.Count / 2],
            MemoryPeak = ProcFile.Size(target.ProcessId, "VmHWM"),
        };
        target.CostNanos += workers.Sum(static worker => worker.CostNanos);
        target.Requests += measurement.Requests;
        return measurement;
    }

    /// <summary>Learns from the simulator itself what the answers of a scenario hold.</summary>
    public async Task<Expectation> LearnAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        await using var direct = PlainTarget.Direct(world.Simulator, world.SimulatorId);
        var connection = direct.Connections(1)[0];
        var plain = scenario with { TokensPerSecond = 0 };
        var sample = await connection.ExchangeAsync(direct.RequestFor(plain, null), cancellationToken);
        return sample.Fault is null
            ? new Expectation(connection.LearnedText, sample.Events, connection.BodyBytes)
            : throw new InvalidOperationException($"The simulator's own answer is wrong: {sample.Fault}");
    }

    private double LoadCpu() =>
        ProcFile.CpuSeconds(Environment.ProcessId) + ProcFile.CpuSeconds(world.SimulatorId);

    private static long[] Sorted(LoadWorker[] workers, Func<LoadWorker, List<long>> list)
    {
        var all = workers.SelectMany(list).ToArray();
        Array.Sort(all);
        return all;
    }
}
