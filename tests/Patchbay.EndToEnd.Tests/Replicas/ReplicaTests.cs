using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Several real servers on one database: uneven load, kills, pauses, and a database that is away. Long with
/// PATCHBAY_FULL=1.</summary>
public sealed class ReplicaTests(PostgresServer postgres)
{
    private const int Seed = 20261121;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1";

    private readonly Random _random = new(Seed);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Of_500_parallel_requests_at_several_servers_exactly_ten_fit_into_a_cent(int servers)
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, servers, Token);
        using var key = await world.CreateKeyAsync(Token, "\"limit\":0.01");

        // The first server has nine tenths of the load.
        var responses = await Task.WhenAll(Enumerable.Range(0, 500).Select(
            i => key.At(i % 10 > 0 ? 0 : 1 + (i / 10 % (servers - 1))).ChatAsync("test/exact", Token, "\"max_tokens\":500")));

        Assert.Equal((10, 490), (responses.Count(r => r.Status == 200), responses.Count(r => r.Status == 402)));
        Assert.All(responses.Where(r => r.Status == 200), r => Assert.Equal(1_000_000, TestKey.CostOf(r)));
        for (var server = 0; server < servers; server++)
        {
            await Until.TrueAsync(async () => await key.UsageAsync(server, Token) == 10_000_000, Token);
        }

        Assert.Empty(await world.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task A_key_that_is_disabled_at_one_server_is_refused_at_the_others_within_a_second()
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, 2, Token);
        using var key = await world.CreateKeyAsync(Token);
        Assert.Equal(200, (await key.At(1).ChatAsync("test/plain", Token)).Status);
        using var master = new ApiClient(world.Servers[0].Address, World.MasterKey);
        var changed = await master.SendAsync(
            HttpMethod.Patch, $"/api/v1/keys/{key.Hash}",
            new StringContent("{\"disabled\":true}", System.Text.Encoding.UTF8, "application/json"), Token);
        Assert.Equal(200, changed.Status);

        var since = Stopwatch.StartNew();
        await Until.TrueAsync(async () => (await key.At(1).ChatAsync("test/plain", Token)).Status == 401, Token);

        // A second on an idle machine; the backstop looks every five.
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(4), $"It took {since.Elapsed}.");
    }

    [Fact]
    public async Task Who_saw_the_end_is_billed_exactly_once_when_one_of_two_servers_is_killed_and_comes_back()
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, 2, Token);
        using var key = await world.CreateKeyAsync(Token, "\"limit\":5");
        var rounds = IsFull ? 50 : 3;
        var whole = new ConcurrentDictionary<string, long>();
        for (var round = 0; round < rounds; round++)
        {
            var alive = true;
            var callers = Enumerable.Range(0, 60).Select(caller => StreamAsync(world, key, caller % 3 == 0 ? 0 : 1, whole, () => Volatile.Read(ref alive)));
            var running = Task.WhenAll(callers.ToArray());
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(500, 2500)), Token);
            await world.Servers[1].KillAsync();
            Volatile.Write(ref alive, false);
            await running;
            await world.RestartAsync(1, Token);
        }

        await Until.TrueAsync(async () => await world.Books.CountOpenHoldsAsync(Token) == 0, Token);
        await Until.TrueAsync(async () => await key.UsageAsync(1, Token) == await key.UsageAsync(0, Token), Token);
        var rows = await world.Books.ListAsync(int.MaxValue, Token);
        var charges = rows.ToDictionary(row => row.Id, row => row.Charge.Nanos, StringComparer.Ordinal);
        Assert.NotEmpty(whole);
        foreach (var (id, cost) in whole)
        {
            Assert.Equal(cost, charges[id]);
        }

        Assert.Equal(charges.Values.Sum(), await key.UsageAsync(0, Token));
        Assert.Equal(charges.Values.Sum(), (await world.Books.TotalsAsync(Token)).Charges.Nanos);
        Assert.Empty(await world.Books.AuditAsync(Token));
        Print($"{rounds} kills, {rows.Count} generations, {whole.Count} seen to the end, {charges.Values.Sum()} nano-USD");
    }

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_while_it_replays_its_journal_loses_and_repeats_nothing()
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, 1, Token);
        using var key = await world.CreateKeyAsync(Token);
        Assert.Equal(200, (await key.At(0).ChatAsync("test/plain", Token)).Status);
        await world.BeginOutageAsync();
        var requests = IsFull ? 20_000 : 2_000;
        var costs = new ConcurrentBag<long>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Token },
            async (_, token) =>
            {
                var response = await key.At(0).ChatAsync("test/odd", token);
                Assert.True(response.Status == 200, response.Body);
                costs.Add(TestKey.CostOf(response));
            });
        await world.Servers[0].KillAsync();
        await world.EndOutageAsync(Token);

        // Killed as soon as some of what was left is seen in the tables, or earlier.
        var kills = IsFull ? 100 : 5;
        var inside = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            var before = await world.CountAsync("SELECT count(*) FROM generation");
            var patience = Stopwatch.StartNew();
            await using var server = world.Launch(0);
            while (patience.Elapsed < TimeSpan.FromSeconds(kill == 0 ? 1 : 15)
                && await world.CountAsync("SELECT count(*) FROM generation") == before && before <= requests)
            {
                await Task.Delay(1, Token);
            }

            await server.KillAsync();
            var now = await world.CountAsync("SELECT count(*) FROM generation");
            inside += now > before && now <= requests ? 1 : 0;
        }

        await world.RestartAsync(0, Token);
        Assert.Equal(requests + 1, await world.CountAsync("SELECT count(*) FROM generation"));
        Assert.Equal(costs.Sum() + 33_000, await key.UsageAsync(0, Token));
        Assert.Empty(await world.Books.AuditAsync(Token));
        Print($"{kills} kills, {inside} of them between two transactions of the replay; {requests + 1} generations");
    }

    [Fact]
    public async Task While_the_database_is_away_leased_accounts_are_served_and_others_are_told_to_come_back()
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, 2, Token);
        using var leased = await world.CreateKeyAsync(Token, "\"limit\":1000");
        using var unlimited = await world.CreateKeyAsync(Token);
        using var idle = await world.CreateKeyAsync(Token, "\"limit\":1000");
        var costs = new ConcurrentBag<long>();
        var failures = new ConcurrentBag<string>();
        foreach (var server in new[] { 0, 1 })
        {
            // It is known, and has nothing leased any more: it was given back.
            Assert.Equal(200, (await idle.At(server).GetAsync("/api/v1/key", Token)).Status);
        }

        await LoadAsync([leased, unlimited], TimeSpan.FromSeconds(IsFull ? 15 : 4), costs, failures);
        await world.BeginOutageAsync();
        var before = costs.Count;
        var load = LoadAsync([leased, unlimited], TimeSpan.FromSeconds(IsFull ? 60 : 10), costs, failures);
        for (var i = 0; i < 10; i++)
        {
            var refused = await idle.At(i % 2).ChatAsync("test/plain", Token);
            Assert.True(refused.Status == 503, refused.Body);
            Assert.NotNull(refused.Header("Retry-After"));
            await Task.Delay(200, Token);
        }

        await load;
        await world.EndOutageAsync(Token);
        var since = Stopwatch.StartNew();
        await Until.TrueAsync(
            async () =>
            {
                try
                {
                    return await world.CountAsync("SELECT count(*) FROM generation") == costs.Count;
                }
                catch (Npgsql.PostgresException)
                {
                    return false;
                }
            },
            Token);
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), $"It took {since.Elapsed} until all usage had arrived.");
        Assert.True(failures.IsEmpty, $"{failures.Count} failed, such as {failures.FirstOrDefault()}");
        await Until.TrueAsync(async () => await ReadyAsync(world, 0) && await ReadyAsync(world, 1), Token);
        Assert.Equal(costs.Sum(), await leased.UsageAsync(0, Token) + await unlimited.UsageAsync(1, Token));
        Assert.Empty(await world.Books.AuditAsync(Token));
        Print($"{costs.Count - before} of {costs.Count} requests while the database was away, all answered; all usage there after {since.Elapsed.TotalSeconds:F1} s");
    }

    [Fact]
    public async Task A_server_that_was_paused_passes_no_limit_and_loses_no_usage()
    {
        await using var world = await ReplicaWorld.StartAsync(
            postgres, 2, Token, "replicas:\n  lease_lifetime: 2s");
        using var key = await world.CreateKeyAsync(Token, "\"limit\":0.01");
        Assert.Equal(200, (await key.At(1).ChatAsync("test/exact", Token, "\"max_tokens\":500")).Status);
        var running = key.At(1).StreamAsync("test/slow", Token);
        await Until.TrueAsync(() => world.World.Simulator.Log.Counters.Requests >= 2, Token);
        Signal(world.Servers[1], "-STOP");
        var stopped = Stopwatch.StartNew();
        var served = 0;
        while (stopped.Elapsed < TimeSpan.FromSeconds(IsFull ? 90 : 6))
        {
            var response = await key.At(0).ChatAsync("test/exact", Token, "\"max_tokens\":500");
            served += response.Status == 200 ? 1 : 0;
            Assert.Contains(response.Status, new[] { 200, 402 });
        }

        Signal(world.Servers[1], "-CONT");
        var stream = await running;
        Assert.True(stream.EndsWithDone, stream.Raw);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => key.At(i % 2).ChatAsync("test/exact", Token, "\"max_tokens\":500")));
        var paid = 1_000_000L * (1 + served + statuses.Count(r => r.Status == 200)) + TestKey.CostOf(stream);
        await Until.TrueAsync(async () => await key.UsageAsync(0, Token) == paid && await key.UsageAsync(1, Token) == paid, Token);
        Assert.InRange(paid, 9_000_000, 10_000_000);
        Assert.Empty(await world.Books.AuditAsync(Token));
        Print($"paused {stopped.Elapsed.TotalSeconds:F0} s; {paid} of 10000000 nano-USD spent");
    }

    private static async Task StreamAsync(
        ReplicaWorld world, ReplicaKey key, int server, ConcurrentDictionary<string, long> whole, Func<bool> isAlive)
    {
        var client = key.At(server);
        while (isAlive())
        {
            try
            {
                var stream = await client.StreamAsync("test/plain", Token);
                if (stream is { EndsWithDone: true, Error: null, GenerationId: { } id })
                {
                    whole[id] = TestKey.CostOf(stream);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException)
            {
                Assert.True(server == 1 || !world.Servers[0].HasExited);
                return;
            }
        }
    }

    // Two thirds at the first server; about 200 requests a second, at most.
    private static Task LoadAsync(ReplicaKey[] keys, TimeSpan time, ConcurrentBag<long> costs, ConcurrentBag<string> failures)
    {
        var since = Stopwatch.StartNew();
        return Task.WhenAll(Enumerable.Range(0, 12).Select(async caller =>
        {
            while (since.Elapsed < time)
            {
                await Task.Delay(50, Token);
                var response = await keys[caller % keys.Length].At(caller % 3 == 0 ? 1 : 0).ChatAsync("test/plain", Token, "\"max_tokens\":20");
                if (response.Status == 200)
                {
                    costs.Add(TestKey.CostOf(response));
                }
                else
                {
                    failures.Add($"{since.Elapsed.TotalSeconds:F1} s, caller {caller}: {response.Status} {response.Body}");
                }
            }
        }));
    }

    private static async Task<bool> ReadyAsync(ReplicaWorld world, int server)
    {
        using var client = new ApiClient(world.Servers[server].Address, null);
        return (await client.GetAsync("/health/ready", Token)).Status == 200;
    }

    private static void Signal(ServerProcess server, string signal)
    {
        using var kill = Process.Start("kill", [signal, server.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static void Print(FormattableString figures)
    {
        var text = figures.ToString(CultureInfo.InvariantCulture);
        TestContext.Current.SendDiagnosticMessage("{0}", text);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
    }
}
