using System.Diagnostics;

namespace Patchbay.Load;

/// <summary>One connection under load, and what it saw.</summary>
internal sealed class LoadWorker(LoadConnection connection, LoadRequest request, ExchangeQuota quota, Scenario scenario)
{
    public List<long> Whole { get; } = new(scenario.Once ? 1 : 4096);

    public List<long> FirstByte { get; } = new(scenario.Once ? 1 : 4096);

    public long Events { get; private set; }

    public long CostNanos { get; private set; }

    public long Faults { get; private set; }

    public string? FirstFault { get; private set; }

    /// <summary>One exchange after the other until the time is over or the quota is used up.</summary>
    public async Task RunAsync(long end, CancellationToken cancellationToken)
    {
        var due = Stopwatch.GetTimestamp();
        while ((scenario.Once || Stopwatch.GetTimestamp() < end) && quota.TryTake())
        {
            if (scenario.RequestsPerSecond > 0)
            {
                due = await WaitAsync(due, cancellationToken);
            }

            var sample = await connection.ExchangeAsync(request, cancellationToken);
            Whole.Add(sample.End - sample.Sent);
            Events += sample.Events;
            CostNanos += sample.CostNanos;
            if (sample.Fault is not null)
            {
                Faults++;
                FirstFault ??= sample.Fault;
                if (Faults > 100)
                {
                    return;
                }
            }
            else
            {
                FirstByte.Add(sample.FirstByte - sample.Sent);
            }

            if (scenario.Once)
            {
                return;
            }
        }
    }

    // Waits for the beginning of this connection's next exchange, and returns when the one after it is due.
    private async Task<long> WaitAsync(long due, CancellationToken cancellationToken)
    {
        var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (early > TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(early, cancellationToken);
        }

        return due + (Stopwatch.Frequency * scenario.Connections / scenario.RequestsPerSecond);
    }
}
