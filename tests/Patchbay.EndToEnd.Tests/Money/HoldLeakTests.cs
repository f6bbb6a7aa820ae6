using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A model for everything that can go wrong at a provider, alone and with a second provider behind it.</summary>
public abstract class FaultyWorld(PostgresServer? postgres) : MoneyWorld(postgres)
{
    private static readonly string[] Faults =
    [
        "fault=cut", "fault=cut;after=0", "fault=cut-clean", "fault=rst", "fault=rst;after=0", "fault=truncated-chunk",
        "fault=short-content-length", "fault=stall", "fault=stall;after=0", "fault=hang", "fault=slow-drip;drip=200",
        "fault=malformed-json", "fault=huge-line;bytes=2000000", "fault=endless;bytes=300000", "fault=tiny-flood;count=500",
        "fault=html", "fault=json-on-stream", "fault=error-in200", "fault=error-mid-stream", "fault=double-done",
        "fault=after-done", "fault=missing-done", "fault=invalid-utf8", "fault=lone-surrogate", "fault=nul", "fault=raw-nul",
        "fault=redirect", "fault=huge-headers", "fault=set-cookie", "fault=double-transfer-encoding", "fault=informational",
        "fault=gzip-bomb;bytes=1000000", "fault=wrong-encoding", "fault=empty", "fault=error-finish",
        "status=400", "status=401", "status=404", "status=408", "status=413", "status=429;retry_after=1", "status=500",
        "status=503", "usage=missing", "usage=twice", "usage=decreasing", "usage=absurd", "usage=negative",
        "tps=50;tokens=20", "ttft=100;tps=100", "header_delay=150", "reasoning=5", "ignore_max_tokens=true;tokens=50",
    ];

    public static IReadOnlyList<WorldModel> Models { get; } =
    [
        .. Faults.Select((fault, i) => LedgerWorld.Model(Slug(i, "alone"), $"alone{i}", fault)),
        .. Faults.Select((fault, i) => new WorldModel(
            Slug(i, "backed"), new WorldEndpoint($"first{i}", $"m;{fault}"), new WorldEndpoint("second", "m;tokens=10"))),
    ];

    protected override WorldOptions Options => new()
    {
        Models = Models,
        Yaml = """
            limits:
              first_byte_timeout: 1s
              first_byte_timeout_with_alternatives: 1s
              idle_timeout: 1s
              total_timeout: 5s
            """,
    };

    private static string Slug(int index, string kind) => string.Create(CultureInfo.InvariantCulture, $"faulty/{kind}-{index}");
}

public sealed class SqliteFaultyWorld() : FaultyWorld(null);

public sealed class PostgresFaultyWorld(PostgresServer server) : FaultyWorld(server);

public sealed class SqliteHoldLeakTests(SqliteFaultyWorld world) : HoldLeakContract(world), IClassFixture<SqliteFaultyWorld>;

public sealed class PostgresHoldLeakTests(PostgresFaultyWorld world) : HoldLeakContract(world), IClassFixture<PostgresFaultyWorld>;

/// <summary>However requests end, nothing stays reserved.</summary>
public abstract class HoldLeakContract(FaultyWorld fixture)
{
    private const int Callers = 64;
    private const int Seed = 11;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static int Requests => Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1" ? 10_000 : 1_500;

    private World World => fixture.World;

    [Fact]
    public async Task Nothing_stays_held_after_every_fault_and_after_callers_that_leave_at_any_moment()
    {
        using var key = await TestKey.CreateAsync(World, Token, "\"limit\":1000");
        var since = Stopwatch.StartNew();
        var ends = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var traffic = new FaultyTraffic(key, Seed, Token);
        var paid = traffic.Paid;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = Token },
            async (i, _) =>
            {
                string end;
                try
                {
                    end = await traffic.AskAsync(i);
                }
                catch (HttpRequestException exception)
                {
                    throw new InvalidOperationException($"Request {i} was not answered. The server said:\n{World.Server.Output}", exception);
                }

                ends.AddOrUpdate(end, 1, static (_, count) => count + 1);
            });

        var quiet = await fixture.WhenQuietAsync(Token);
        Assert.Equal((0, 0), await fixture.ReadHoldsAsync(Token));
        var own = await key.ReadAsync(Token);
        var usage = TestKey.Nanos(own.GetProperty("usage"));
        Assert.Equal(1_000_000_000_000 - usage, TestKey.Nanos(own.GetProperty("limit_remaining")));
        var rows = (await fixture.Books.ListAsync(int.MaxValue, Token)).ToDictionary(r => r.Id, StringComparer.Ordinal);
        Assert.Equal(usage, rows.Values.Sum(r => r.Charge.Nanos));
        Assert.All(paid, p => Assert.Equal(p.Value, rows[p.Key].Charge.Nanos));
        Assert.NotEmpty(paid);
        await fixture.AssertBooksAreRightAsync(Token);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"{Requests} requests in {since.Elapsed.TotalSeconds:0.0} s, seed {Seed}; quiet after {quiet.TotalMilliseconds:0} ms; {rows.Count} rows, {paid.Count} ends seen, {usage} nano-USD: {string.Join(", ", ends.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"))}"));
    }
}
