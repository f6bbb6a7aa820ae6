using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Everything at once, with the sums printed: two servers, uneven load on a key with a cent, one with plenty and one without a limit, one server
/// killed and started again, the other paused, the database away. With PATCHBAY_FULL=1 the database is away for a minute and the
/// pause is one and a half. <c>bench/replicas.sh</c> runs it and shows what it prints.</summary>
public sealed class ReplicaStory(PostgresServer postgres)
{
    private const long Limit = 10_000_000;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1";

    private readonly ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, int> _statuses = new();
    private readonly StringBuilder _text = new();
    private int _cut;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sums_agree_to_the_nano_after_a_kill_a_pause_and_a_database_that_was_away()
    {
        await using var world = await ReplicaWorld.StartAsync(postgres, 2, Token, "replicas:\n  lease_lifetime: 5s");
        using var limited = await world.CreateKeyAsync(Token, "\"limit\":0.01");
        using var rich = await world.CreateKeyAsync(Token, "\"limit\":100");
        using var free = await world.CreateKeyAsync(Token);
        await PrintAsync(world, "before", limited, free, rich);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var load = LoadAsync(world, [limited, free, rich], stop.Token);
        await Task.Delay(Seconds(5, 20), Token);
        await world.Servers[1].KillAsync();
        Say($"server 2 was killed (-9)");
        await Task.Delay(Seconds(2, 10), Token);
        await world.RestartAsync(1, Token);
        Say($"server 2 was started again with its data folder");
        await Task.Delay(Seconds(3, 10), Token);
        Signal(world.Servers[0], "-STOP");
        await Task.Delay(Seconds(7, 90), Token);
        Signal(world.Servers[0], "-CONT");
        Say($"server 1 was paused and went on");
        await Task.Delay(Seconds(2, 5), Token);
        await world.BeginOutageAsync();
        var (before, away) = (_seen.Count, Stopwatch.StartNew());
        await Task.Delay(Seconds(6, 60), Token);
        Say($"the database was away for {away.Elapsed.TotalSeconds:F0} s, in which {_seen.Count - before} requests were answered");
        await world.EndOutageAsync(Token);
        await Task.Delay(Seconds(3, 10), Token);
        await stop.CancelAsync();
        await load;

        await Until.TrueAsync(async () => await IsReadyAsync(world, 0) && await IsReadyAsync(world, 1), Token);
        await Until.TrueAsync(async () => await world.Books.CountOpenHoldsAsync(Token) == 0, Token);
        await Until.TrueAsync(
            async () => await limited.UsageAsync(0, Token) + await free.UsageAsync(0, Token) + await rich.UsageAsync(0, Token)
                == await limited.UsageAsync(1, Token) + await free.UsageAsync(1, Token) + await rich.UsageAsync(1, Token),
            Token);
        await PrintAsync(world, "after", limited, free, rich);
        await CheckAsync(world, limited, free, rich);
        TestContext.Current.TestOutputHelper?.WriteLine(_text.ToString());
    }

    private async Task CheckAsync(ReplicaWorld world, ReplicaKey limited, ReplicaKey free, ReplicaKey rich)
    {
        var charges = (await world.Books.ListAsync(int.MaxValue, Token)).ToDictionary(row => row.Id, row => row.Charge.Nanos, StringComparer.Ordinal);
        foreach (var (id, cost) in _seen)
        {
            Assert.Equal(cost, charges[id]);
        }

        Assert.Equal(charges.Values.Sum(), await limited.UsageAsync(0, Token) + await free.UsageAsync(0, Token) + await rich.UsageAsync(0, Token));
        Assert.Equal(charges.Values.Sum(), (await world.Books.TotalsAsync(Token)).Charges.Nanos);
        Assert.InRange(await limited.UsageAsync(0, Token), 1, Limit);
        Assert.DoesNotContain(_statuses.Keys, static status => status is not (200 or 402 or 503));
        Assert.True(_statuses.GetValueOrDefault(200) > 100);
        Assert.Empty(await world.Books.AuditAsync(Token));
        Assert.Equal(0, await world.CountAsync("SELECT count(*) FROM lease WHERE granted_nanos < returned_nanos + used_nanos"));
    }

    // Two thirds of the callers are at the first server.
    private Task LoadAsync(ReplicaWorld world, ReplicaKey[] keys, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, 12).Select(async caller =>
        {
            while (!stop.IsCancellationRequested)
            {
                var server = caller % 3 == 0 ? 1 : 0;
                try
                {
                    var response = await keys[caller / 3 % 3].At(server).ChatAsync("test/plain", Token, "\"max_tokens\":30");
                    _statuses.AddOrUpdate(response.Status, 1, static (_, count) => count + 1);
                    if (response.Status == 200)
                    {
                        _seen[response.Json.GetProperty("id").GetString()!] = TestKey.CostOf(response);
                    }
                    else
                    {
                        await Task.Delay(100, Token);
                    }
                }
                catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException or ObjectDisposedException)
                {
                    // The server was killed, and has another address when it is back.
                    Interlocked.Increment(ref _cut);
                    await Task.Delay(200, Token);
                }
            }
        }));

    private async Task PrintAsync(ReplicaWorld world, string when, ReplicaKey limited, ReplicaKey free, ReplicaKey rich)
    {
        Say($"--- {when}");
        Say($"seen by callers:        {_seen.Count} answers, {_seen.Values.Sum()} nano-USD; {string.Join(", ", _statuses.OrderBy(static s => s.Key).Select(static s => $"{s.Value} x {s.Key}"))}; {_cut} cut");
        Say($"generations:            {await world.CountAsync("SELECT count(*) FROM generation")}, {await world.CountAsync("SELECT coalesce(sum(charge_nanos), 0) FROM generation")} nano-USD");
        Say($"spending of keys:       {await world.CountAsync("SELECT coalesce(sum(credits_nanos), 0) FROM spending WHERE level = 3")} nano-USD");
        Say($"ledger, revenue:        {await world.CountAsync("SELECT coalesce(sum(balance_nanos), 0) FROM ledger_account WHERE name = 'revenue:usage'")} nano-USD");
        Say($"leased and not used:    {await world.CountAsync("SELECT coalesce(sum(granted_nanos - returned_nanos - used_nanos), 0) FROM lease")} nano-USD");
        Say($"limited key:            {await limited.UsageAsync(0, Token)} of {Limit} nano-USD; key with $100: {await rich.UsageAsync(0, Token)}; unlimited key: {await free.UsageAsync(0, Token)}");
        Say($"findings of the audit:  {(await world.Books.AuditAsync(Token)).Count}");
    }

    private void Say(FormattableString line) => _text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private static TimeSpan Seconds(int usual, int full) => TimeSpan.FromSeconds(IsFull ? full : usual);

    private static async Task<bool> IsReadyAsync(ReplicaWorld world, int server)
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
}
