using System.Diagnostics;
using Patchbay.Billing;

namespace Patchbay.Storage.Tests;

public abstract class ThroughputCompliance(TestDatabase database) : StorageCompliance(database)
{
    private const int Callers = 512;

    private DateTimeOffset _next = database.Clock.Now;

    /// <summary>Prints what it measures; machines are too noisy to demand a number.</summary>
    [Fact]
    public async Task Many_callers_share_commits()
    {
        var perCaller = int.Parse(
            Environment.GetEnvironmentVariable("PATCHBAY_MEASURE_PER_CALLER") ?? "20", System.Globalization.CultureInfo.InvariantCulture);
        await SettleAsync(Callers, 2);
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await SettleAsync(Callers, perCaller);
        watch.Stop();
        process.Refresh();
        var count = Callers * perCaller;
        var micros = (process.TotalProcessorTime - cpu).TotalMicroseconds / count;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Storage.Kind}: {count / watch.Elapsed.TotalSeconds:F0} settlements/s, {micros:F1} us CPU of this process each");

        Assert.Equal(count + (2 * Callers), (await Storage.Ledger.GetTotalsAsync(Token)).Generations);
        Assert.InRange(await Database.CountAsync("SELECT count(*) FROM ledger_batch"), 1, count / 2);
        await AssertBooksAreRightAsync();
    }

    private async Task SettleAsync(int callers, int perCaller)
    {
        // As if they had arrived at 20,000 a second: ids begin with the time, which keeps their index's inserts together.
        var start = _next;
        _next = start.AddSeconds(callers * perCaller / 20_000.0);
        var settlements = Enumerable.Range(0, callers * perCaller)
            .Select(i => Samples.Settlement(start.AddMilliseconds(i / 20))).ToArray();
        if (Environment.GetEnvironmentVariable("MSID") == "1")
        {
            for (var i = 0; i < settlements.Length; i++)
            {
                var g = settlements[i].Generation;
                var ms = g.CreatedAt.Millisecond;
                settlements[i] = settlements[i] with { Generation = g with { Id = string.Concat(g.Id.AsSpan(0, 15), Core.Base62.Alphabet.AsSpan(ms / 62, 1), Core.Base62.Alphabet.AsSpan(ms % 62, 1), g.Id.AsSpan(17)) } };
            }
        }

        var waits = new Task[callers];
        for (var caller = 0; caller < callers; caller++)
        {
            waits[caller] = CallAsync(settlements, caller, callers);
        }

        await Task.WhenAll(waits);
    }

    private async Task CallAsync(Settlement[] settlements, int first, int step)
    {
        await Task.Yield();
        for (var i = first; i < settlements.Length; i += step)
        {
            await Storage.Settlements.SettleAsync(settlements[i]);
        }
    }
}
