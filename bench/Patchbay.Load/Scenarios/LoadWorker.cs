using System.Diagnostics;

namespace Patchbay.Load;

/// <summary>One connection under load, and what it saw.</summary>
internal sealed class LoadWorker(LoadConnection connection, LoadRequest request, ExchangeQuota quota, bool once)
{
    public List<long> Whole { get; } = new(once ? 1 : 4096);

    public List<long> FirstByte { get; } = new(once ? 1 : 4096);

    public long Events { get; private set; }

    public long CostNanos { get; private set; }

    public long Faults { get; private set; }

    public string? FirstFault { get; private set; }

    /// <summary>One exchange after the other until the time is over or the quota is used up.</summary>
    public async Task RunAsync(long end, CancellationToken cancellationToken)
    {
        while ((once || Stopwatch.GetTimestamp() < end) && quota.TryTake())
        {
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

            if (once)
            {
                return;
            }
        }
    }
}
