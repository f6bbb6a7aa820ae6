using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Limits;

/// <summary>Limits of several servers on one database. Long with PATCHBAY_FULL=1.</summary>
public sealed class SharedLimitTests(PostgresServer postgres)
{
    private const string Used = "tokens=500;prompt_tokens=10";

    private static readonly WorldModel[] Models =
    [
        .. FreeTierWorld.Models,
        LedgerWorld.Model("test/plain", "plain", "tokens=12;prompt_tokens=9"),
        LedgerWorld.Model("test/long", "long", Used),
        LedgerWorld.Model("test/slow", "slow", "tokens=4000;prompt_tokens=9;tps=20"),
    ];

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_servers_with_uneven_load_admit_one_limit_of_requests_and_of_tokens()
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, 2, Token, models: Models);
        using var requests = await world.CreateKeyAsync(Token);
        await LimitAsync(world, requests, "{\"requests_per_minute\":600}");
        var since = Stopwatch.StartNew();
        var admitted = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1200), new ParallelOptions { MaxDegreeOfParallelism = 24, CancellationToken = Token },
            async (i, token) =>
            {
                var answer = await requests.At(i % 10 == 0 ? 1 : 0).ChatAsync("test/plain", token);
                Assert.Contains(answer.Status, new[] { 200, 429 });
                Interlocked.Add(ref admitted, answer.Status == 200 ? 1 : 0);
            });
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(55), $"The machine took {since.Elapsed}, so that another minute began.");
        Assert.InRange(admitted, 570, 600);

        // 510 tokens are used by each; some more are reserved for it at first.
        using var tokens = await world.CreateKeyAsync(Token);
        await LimitAsync(world, tokens, "{\"tokens_per_minute\":100000}");
        var used = 0;
        since.Restart();
        for (var refusals = 0; refusals < 20;)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => tokens.At(i % 10 == 0 ? 1 : 0).ChatAsync(
                "test/long", Token, "\"max_tokens\":500", new string('x', 200))));
            used += 510 * answers.Count(a => a.Status == 200);
            refusals += answers.All(a => a.Status == 429) ? 1 : 0;
        }

        Assert.True(since.Elapsed < TimeSpan.FromSeconds(55), $"The machine took {since.Elapsed}, so that another minute began.");
        Assert.InRange(used, 95_000, 100_000);
        Print($"{admitted} of 600 requests, {used} of 100000 tokens");
        if (IsFull)
        {
            await InEveryMinuteOfThreeAsync(world);
        }
    }

    // The limit slides: it is kept and used in every minute, not only in the first.
    private static async Task InEveryMinuteOfThreeAsync(ReplicaWorld world)
    {
        using var key = await world.CreateKeyAsync(Token);
        await LimitAsync(world, key, "{\"requests_per_minute\":600}");
        var admitted = new ConcurrentBag<double>();
        var since = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async caller =>
        {
            while (since.Elapsed < TimeSpan.FromMinutes(3))
            {
                if ((await key.At(caller % 10 == 0 ? 1 : 0).ChatAsync("test/plain", Token)).Status == 200)
                {
                    admitted.Add(since.Elapsed.TotalSeconds);
                }

                await Task.Delay(500, Token);
            }
        }));

        // What is seen here is as late as the answer: a second of room.
        var times = admitted.Order().ToArray();
        var most = times.Max(from => times.Count(at => at >= from && at < from + 59));
        var least = Enumerable.Range(0, 110).Min(from => times.Count(at => at >= from && at < from + 64));
        Print($"{times.Length} in 3 minutes; in a minute {most} at most and {least} at least, of 600");
        Assert.InRange(most, 1, 600);
        Assert.InRange(least, 570, int.MaxValue);
    }

    [Fact]
    public async Task While_the_database_is_away_no_request_fails_and_the_servers_share_the_limit()
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, 2, Token, "replicas:\n  lease_lifetime: 6s", Models);
        using var key = await world.CreateKeyAsync(Token);
        using var concurrent = await world.CreateKeyAsync(Token);
        await LimitAsync(world, key, "{\"requests_per_minute\":60}");
        await LimitAsync(world, concurrent, "{\"concurrency\":4}");
        for (var server = 0; server < 2; server++)
        {
            Assert.Equal(200, (await key.At(server).ChatAsync("test/plain", Token)).Status);
        }

        // As soon as the first knows of the second, what runs at a time is shared.
        await Until.TrueAsync(HalfRunsAsync, Token);
        await world.BeginOutageAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => key.At(i % 10 == 0 ? 1 : 0).ChatAsync("test/plain", Token)));
        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 200, 429 }));

        // The first has its half; the second was asked 20 times.
        Assert.Equal(29 + 20, answers.Count(a => a.Status == 200));
        await world.EndOutageAsync(Token);

        // Of ten at one server its share of four runs.
        async Task<bool> HalfRunsAsync()
        {
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var running = Enumerable.Range(0, 10).Select(_ => concurrent.At(0).StreamAsync("test/slow", leave.Token)).ToList();
            for (var i = 0; i < 150 && running.Count(task => task.IsCompleted) < 8; i++)
            {
                await Task.Delay(20, Token);
            }

            var refused = running.Where(task => task.IsCompleted).Select(task => task.Result.Status).ToArray();
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(running));
            return refused.Length == 8 && Array.TrueForAll(refused, status => status == 429);
        }
    }

    [Fact]
    public async Task Free_models_are_counted_by_two_servers_as_by_one()
    {
        await using var world = await ReplicaWorld.StartAsync(
            postgres, 2, Token, "billing:\n  mode: marketplace\nfree_tier:\n  requests_per_day: 30\n", Models);
        using var key = await world.CreateKeyAsync(Token);
        var minute = await AskAsync(200);
        Assert.Equal((20, 180), (minute.Count(a => a.Status == 200), minute.Count(a => a.Status == 429)));
        Assert.Equal(20, await world.CountAsync("SELECT taken FROM shared_counter"));

        // As if a minute had passed.
        await world.CountAsync("WITH forgotten AS (DELETE FROM rate_minute RETURNING 1) SELECT count(*) FROM forgotten");
        var day = await AskAsync(200);
        Assert.Equal(10, day.Count(a => a.Status == 200));
        Assert.Contains(day, a => a.Status == 429 && a.ErrorMessage!.Contains("free-models-per-day", StringComparison.Ordinal));
        Assert.Equal(30, await world.CountAsync("SELECT taken FROM shared_counter"));

        Task<ApiResponse[]> AskAsync(int times) => Task.WhenAll(
            Enumerable.Range(0, times).Select(i => key.At(i % 10 == 0 ? 1 : 0).ChatAsync("test/gift:free", Token)));
    }

    // At the first server it counts at once, at the others soon.
    private static async Task LimitAsync(ReplicaWorld world, ReplicaKey key, string limits)
    {
        for (var i = 0; i < world.Servers.Count; i++)
        {
            using var master = new ApiClient(world.Servers[i].Address, World.MasterKey);
            var set = await master.SendAsync(
                HttpMethod.Put, $"/api/v1/rate-limits/key/{key.Hash}",
                new StringContent(limits, System.Text.Encoding.UTF8, "application/json"), Token);
            Assert.True(set.Status == 200, set.Body);
        }
    }

    private static void Print(FormattableString figures)
    {
        var text = figures.ToString(CultureInfo.InvariantCulture);
        TestContext.Current.SendDiagnosticMessage("{0}", text);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
    }
}
