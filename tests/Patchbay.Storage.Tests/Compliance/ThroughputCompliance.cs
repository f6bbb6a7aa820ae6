using System.Diagnostics;

namespace Patchbay.Storage.Tests;

public abstract class ThroughputCompliance(TestDatabase database) : StorageCompliance(database)
{
    private const int Callers = 512;

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
        var settlements = Enumerable.Range(0, callers * perCaller).Select(_ => Samples.Settlement(Now)).ToArray();
        var waits = new Task[callers];
        for (var caller = 0; caller < callers; caller++)
        {
            waits[caller] = CallAsync(settlements.AsMemory(caller * perCaller, perCaller));
        }

        await Task.WhenAll(waits);
    }

    private async Task CallAsync(ReadOnlyMemory<Billing.Settlement> settlements)
    {
        await Task.Yield();
        for (var i = 0; i < settlements.Length; i++)
        {
            await Storage.Settlements.SettleAsync(settlements.Span[i]);
        }
    }
}
