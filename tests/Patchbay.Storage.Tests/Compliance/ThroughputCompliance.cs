using System.Diagnostics;
using System.Globalization;
using Patchbay.Billing;

namespace Patchbay.Storage.Tests;

public abstract class ThroughputCompliance(TestDatabase database) : StorageCompliance(database)
{
    private const int Callers = 512;

    private DateTimeOffset _next = database.Clock.Now;

    /// <summary>Prints what it measures; machines are too noisy to demand a number. PATCHBAY_MEASURE_PER_CALLER makes it
    /// long enough to mean something.</summary>
    [Fact]
    public async Task Many_callers_share_commits()
    {
        var perCaller = int.Parse(
            Environment.GetEnvironmentVariable("PATCHBAY_MEASURE_PER_CALLER") ?? "20", CultureInfo.InvariantCulture);
        var warmUp = Prepare(2);
        var settlements = Prepare(perCaller);
        await SettleAsync(warmUp);
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await SettleAsync(settlements);
        watch.Stop();
        process.Refresh();
        var micros = (process.TotalProcessorTime - cpu).TotalMicroseconds / settlements.Length;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Storage.Kind}: {settlements.Length / watch.Elapsed.TotalSeconds:F0} settlements/s, "
            + $"{micros:F1} us CPU of this process each");

        Assert.Equal(settlements.Length + warmUp.Length, (await Storage.Ledger.GetTotalsAsync(Token)).Generations);
        Assert.InRange(await Database.CountAsync("SELECT count(*) FROM ledger_batch"), 1, settlements.Length / 2);
        await AssertBooksAreRightAsync();
    }

    /// <summary>As if they had arrived at 20,000 a second: ids begin with the time, which keeps their index's inserts
    /// together.</summary>
    private Settlement[] Prepare(int perCaller)
    {
        var start = _next;
        _next = start.AddSeconds(Callers * perCaller / 20_000.0);
        return [.. Enumerable.Range(0, Callers * perCaller).Select(i => Samples.Settlement(start.AddMilliseconds(i / 20)))];
    }

    private Task SettleAsync(Settlement[] settlements) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(settlements, caller)));

    private async Task CallAsync(Settlement[] settlements, int first)
    {
        await Task.Yield();
        for (var i = first; i < settlements.Length; i += Callers)
        {
            await Storage.Settlements.SettleAsync(settlements[i]);
        }
    }
}
