using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class CrashWorld() : MoneyWorld(null)
{
    protected override WorldOptions Options => new()
    {
        Models =
        [
            LedgerWorld.Model("crash/short", "short", "tokens=3;tps=30", "0.000000037", "0.00000002130001"),
            LedgerWorld.Model("crash/middle", "middle", "tokens=20;tps=30", "0.00000015", "0.0000006"),
            LedgerWorld.Model("crash/long", "long", "tokens=60;tps=25", "0.0000025", "0.00001"),
        ],
    };
}

/// <summary>The server is killed in the middle of 200 streams, again and again, on one data folder.</summary>
public sealed class CrashTests(CrashWorld fixture) : IClassFixture<CrashWorld>
{
    private const int Streams = 200;
    private const int Seed = 20260101;

    // Half of the callers end streams all the time, so that a kill often hits the moment between settlement and end.
    private static readonly string[] Models = ["crash/short", "crash/middle", "crash/short", "crash/long"];

    private readonly Random _random = new(Seed);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static int Rounds => Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1" ? 50 : 10;

    private World World => fixture.World;

    [Fact]
    public async Task Who_saw_the_end_is_billed_exactly_once_however_often_the_server_is_killed()
    {
        using var key = await TestKey.CreateAsync(World, Token);
        var figures = new Figures();
        for (var round = 0; round < Rounds; round++)
        {
            World.Simulator.Reset();
            var seen = await StreamUntilKilledAsync(key, round, TimeSpan.FromMilliseconds(_random.Next(200, 2500)));
            await World.StartServerAsync(Token);
            key.Reconnect();
            var quiet = await fixture.WhenQuietAsync(Token);
            Assert.True(quiet < TimeSpan.FromSeconds(5), $"Round {round}: credit was held for {quiet} after the restart.");
            await CheckAsync(key, seen, figures, quiet);
            Assert.Empty(await fixture.Books.AuditAsync(Token));
        }

        // Σ of the charges of all generations = what the key has spent = what the books add up to.
        var rows = await fixture.Books.ListAsync(int.MaxValue, Token);
        Assert.Equal(rows.Count, rows.Select(r => r.Id).Distinct(StringComparer.Ordinal).Count());
        var usage = await key.UsageAsync(Token);
        Assert.Equal(usage, rows.Sum(r => r.Charge.Nanos));
        Assert.Equal(usage, figures.Charged);
        Assert.Equal(usage, (await fixture.Books.TotalsAsync(Token)).Charges.Nanos);
        await fixture.AssertBooksAreRightAsync(Token);
        Assert.True(figures.Whole > 0 && figures.Cut > 0, "The kills never hit or always hit.");
        TestContext.Current.SendDiagnosticMessage("{0}", figures.Print(Rounds, rows, usage));
        TestContext.Current.TestOutputHelper?.WriteLine(figures.Print(Rounds, rows, usage));
    }

    // 200 callers, each with one stream after another, until the server is gone.
    private async Task<IReadOnlyCollection<Transcript>> StreamUntilKilledAsync(TestKey key, int round, TimeSpan life)
    {
        var seen = new ConcurrentBag<Transcript>();
        var alive = true;
        var callers = Enumerable.Range(0, Streams).Select(async caller =>
        {
            for (var i = 0; Volatile.Read(ref alive); i++)
            {
                var prompt = string.Create(CultureInfo.InvariantCulture, $"r{round}-c{caller}-i{i}");
                try
                {
                    seen.Add(new Transcript(prompt, await key.Api.StreamAsync(Models[caller % Models.Length], Token, prompt: prompt)));
                }
                catch (Exception exception) when (exception is HttpRequestException or SocketException)
                {
                    // Not even the headers came; the client shows a connection that dies while it is made as it is.
                    seen.Add(new Transcript(prompt, null));
                    return;
                }
            }
        }).ToArray();
        await Until.TrueAsync(() => World.Simulator.Log.Counters.Requests >= Streams, Token);
        await Task.Delay(life, Token);
        await World.Server.KillAsync();
        Volatile.Write(ref alive, false);
        await Task.WhenAll(callers);
        await World.Simulator.Log.WhenIdleAsync(Token);
        return seen;
    }

    private async Task CheckAsync(TestKey key, IReadOnlyCollection<Transcript> seen, Figures figures, TimeSpan quiet)
    {
        var generated = World.Simulator.Log.Requests.ToDictionary(r => PromptOf(r), StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            seen, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (transcript, token) =>
            {
                var stream = transcript.Stream;
                if (stream?.GenerationId is not { } id)
                {
                    figures.AddUnborn();
                    return;
                }

                var answer = await key.Api.GetAsync($"/api/v1/generation?id={id}", token);
                var upstream = generated.GetValueOrDefault(transcript.Prompt);
                if (stream.EndsWithDone && stream.Error is null)
                {
                    // The end was seen: one row, one charge, the cost and the tokens that the caller was told.
                    Assert.True(answer.Status == 200, $"The caller saw the end of {id}, but it is not recorded: {answer.Body}");
                    var row = answer.Json.GetProperty("data");
                    var charge = TestKey.Nanos(row.GetProperty("total_cost"));
                    Assert.Equal(TestKey.CostOf(stream), charge);
                    Assert.True(charge > 0);
                    Assert.Equal(upstream!.TokensGenerated, row.GetProperty("native_tokens_completion").GetInt32());
                    figures.AddWhole(charge);
                    return;
                }

                // The end was not seen: no charge, or one that is no more than what was generated.
                Assert.True(answer.Status is 200 or 404, answer.Body);
                var cut = answer.Status == 404 ? 0 : TestKey.Nanos(answer.Json.GetProperty("data").GetProperty("total_cost"));
                Assert.InRange(cut, 0, upstream is null ? 0 : Price(upstream));
                figures.AddCut(cut, answer.Status == 200);
            });
        figures.AddRound(quiet);
    }

    private static string PromptOf(LoggedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return body.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
    }

    // Rounded up once, as the server does.
    private static long Price(LoggedRequest request)
    {
        var (prompt, completion) = request.Provider switch
        {
            "short" => (37m, 21.30001m),
            "middle" => (150m, 600m),
            _ => (2_500m, 10_000m),
        };
        return (long)decimal.Ceiling((request.PromptTokens * prompt) + (request.TokensGenerated * completion));
    }

    private sealed record Transcript(string Prompt, StreamResponse? Stream);

    private sealed class Figures
    {
        private readonly Lock _gate = new();
        private readonly long _since = Stopwatch.GetTimestamp();
        private TimeSpan _slowestQuiet;
        private int _unborn;
        private int _cutWithRow;
        private int _cutCharged;

        public int Whole { get; private set; }

        public int Cut { get; private set; }

        public long Charged { get; private set; }

        public void AddRound(TimeSpan quiet) => _slowestQuiet = quiet > _slowestQuiet ? quiet : _slowestQuiet;

        public void AddUnborn() => Interlocked.Increment(ref _unborn);

        public void AddWhole(long charge)
        {
            lock (_gate)
            {
                Whole++;
                Charged += charge;
            }
        }

        public void AddCut(long charge, bool hasRow)
        {
            lock (_gate)
            {
                Cut++;
                Charged += charge;
                _cutWithRow += hasRow ? 1 : 0;
                _cutCharged += charge > 0 ? 1 : 0;
            }
        }

        public string Print(int rounds, IReadOnlyList<Generation> rows, long usage) => string.Create(CultureInfo.InvariantCulture,
            $"""
            rounds                                  {rounds} of {Streams} callers, seed {Seed}, {Stopwatch.GetElapsedTime(_since).TotalSeconds:0.0} s
            streams whose end was seen              {Whole}: each with one row and the charge it saw
            streams cut off                         {Cut}: {_cutWithRow} with a row, {_cutCharged} charged
            requests without an answer              {_unborn}
            rows                                    {rows.Count}: {rows.Count(r => r.Outcome == GenerationOutcome.Completed)} completed, {rows.Count(r => r.Outcome == GenerationOutcome.Crashed)} crashed, {rows.Count(r => r.Outcome == GenerationOutcome.Cancelled)} cancelled, {rows.Count(r => r.Outcome == GenerationOutcome.Failed)} failed
            charges = usage of the key              {usage} nano-USD
            loss:crash                              {rows.Where(r => r.Outcome == GenerationOutcome.Crashed).Sum(r => r.Loss.Nanos)} nano-USD
            longest hold after a restart            {_slowestQuiet.TotalMilliseconds:0} ms
            findings                                0
            """);
    }
}
