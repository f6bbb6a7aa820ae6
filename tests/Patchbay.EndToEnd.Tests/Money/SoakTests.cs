using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Patchbay.EndToEnd.Tests;

public sealed class SoakWorld() : FaultyWorld(null);

/// <summary>M-26: mixed faults at a steady rate for long. Short in CI; <c>bench/soak.sh</c> runs two hours of it.</summary>
public sealed class SoakTests(SoakWorld fixture) : IClassFixture<SoakWorld>
{
    private const int Seed = 26;
    private const int MostInFlight = 1000;

    // The connections that a server keeps for a while vary by this much from one quiet moment to the next.
    private const int HandleSlack = 64;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TimeSpan Length => TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("PATCHBAY_SOAK_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds
        : Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1" ? 75 : 8);

    private static int Rate =>
        int.TryParse(Environment.GetEnvironmentVariable("PATCHBAY_SOAK_RATE"), CultureInfo.InvariantCulture, out var rate) ? rate : 150;

    [Fact]
    public async Task Under_mixed_faults_holds_and_handles_stay_flat_and_the_sums_agree()
    {
        using var key = await TestKey.CreateAsync(fixture.World, Token, "\"limit\":100000");
        var traffic = new FaultyTraffic(key, Seed, Token);
        var paid = 0L;
        Print("   time  requests   in flight    RSS MB   handles   sockets   holds");

        // The first seconds fill pools and caches.
        var asked = await RunAsync(traffic, first: 0, TimeSpan.FromSeconds(3), sample: null);
        await fixture.WhenQuietAsync(Token);
        var before = await SampleAsync(asked, 0, TimeSpan.Zero);
        var samples = new List<Sample>();
        asked = await RunAsync(traffic, asked, Length, async (count, inFlight, elapsed) =>
        {
            samples.Add(await SampleAsync(count, inFlight, elapsed));
            foreach (var (id, charge) in traffic.Paid)
            {
                paid += traffic.Paid.TryRemove(id, out _) ? charge : 0;
            }

            // What it has logged would be the test's own growth.
            fixture.World.Simulator.Reset();
        });
        await fixture.WhenQuietAsync(Token);
        var after = await SampleAsync(asked, 0, Length);
        paid += traffic.Paid.Values.Sum();

        var usage = await key.UsageAsync(Token);
        var charges = (await fixture.Books.TotalsAsync(Token)).Charges.Nanos;

        // Before the first minutes are over it is the heap that finds its size.
        var slope = Length < TimeSpan.FromMinutes(1) ? double.NaN : SlopeOf(samples);
        Print($"M-26: {asked} requests in {Length.TotalSeconds} s at {Rate} a second, seed {Seed}; RSS {before.Rss} -> {after.Rss} MB, {(double.IsNaN(slope) ? "the slope not measured" : slope.ToString("0.00", CultureInfo.InvariantCulture) + " MB a minute in the second half")}; handles {before.Handles} -> {after.Handles}, sockets {before.Sockets} -> {after.Sockets}, open holds {after.Holds}; charged {usage}, told to callers {paid} nano-USD");
        Assert.Equal(0, after.Holds);
        Assert.InRange(after.Handles, 1, before.Handles + HandleSlack);
        Assert.InRange(after.Sockets, 0, before.Sockets + HandleSlack);
        Assert.Equal(usage, charges);
        Assert.InRange(paid, 1, usage);
        Assert.False(Length >= TimeSpan.FromMinutes(30) && slope >= 1, $"Memory grows by {slope} MB a minute.");
        await fixture.AssertBooksAreRightAsync(Token);
    }

    // An open loop: a slow answer does not keep the next request back.
    private static async Task<int> RunAsync(
        FaultyTraffic traffic, int first, TimeSpan length, Func<int, int, TimeSpan, Task>? sample)
    {
        var running = new ConcurrentDictionary<int, Task>();
        var since = Stopwatch.StartNew();
        var every = TimeSpan.FromSeconds(Math.Max(2, length.TotalSeconds / 60));
        var (index, nextSample) = (first, every);
        while (since.Elapsed < length)
        {
            for (var due = first + (int)(since.Elapsed.TotalSeconds * Rate); index < due && running.Count < MostInFlight; index++)
            {
                var mine = index;
                running[mine] = Task.Run(
                    async () =>
                    {
                        await traffic.AskAsync(mine);
                        running.TryRemove(mine, out _);
                    },
                    Token);
            }

            if (sample is not null && since.Elapsed >= nextSample)
            {
                nextSample += every;
                await sample(index, running.Count, since.Elapsed);
            }

            await Task.Delay(5, Token);
        }

        await Task.WhenAll(running.Values);
        return index;
    }

    private async Task<Sample> SampleAsync(int asked, int inFlight, TimeSpan elapsed)
    {
        var (holds, _) = await fixture.ReadHoldsAsync(Token);
        var process = $"/proc/{fixture.World.Server.Id}";
        var sample = new Sample(elapsed, 0, 0, 0, holds);
        if (Directory.Exists(process))
        {
            var rss = File.ReadLines(process + "/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            var handles = Directory.EnumerateFileSystemEntries(process + "/fd").Select(TargetOf).ToList();
            sample = sample with
            {
                Rss = long.Parse(rss.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024,
                Handles = handles.Count,
                Sockets = handles.Count(target => target?.Contains("socket:", StringComparison.Ordinal) == true),
            };
        }

        Print($"{elapsed.TotalSeconds,7:0}{asked,10}{inFlight,12}{sample.Rss,10}{sample.Handles,10}{sample.Sockets,10}{holds,8}");
        return sample;
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return null;
        }
    }

    // Least squares over the second half, in megabytes a minute.
    private static double SlopeOf(List<Sample> samples)
    {
        var half = samples.Skip(samples.Count / 2).ToList();
        var (x, y) = (half.Average(s => s.Elapsed.TotalMinutes), half.Average(s => s.Rss));
        var variance = half.Sum(s => Math.Pow(s.Elapsed.TotalMinutes - x, 2));
        return variance == 0 ? 0 : half.Sum(s => (s.Elapsed.TotalMinutes - x) * (s.Rss - y)) / variance;
    }

    private static void Print(FormattableString line) => Print(FormattableString.Invariant(line));

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private sealed record Sample(TimeSpan Elapsed, long Rss, int Handles, int Sockets, long Holds);
}
