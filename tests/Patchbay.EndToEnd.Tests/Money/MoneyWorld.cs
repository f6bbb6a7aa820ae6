using System.Diagnostics;
using System.Globalization;
using Patchbay.Testing;
using Xunit.Sdk;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Patchbay.EndToEnd.Tests;

/// <summary>A server with its books open beside it.</summary>
public abstract class MoneyWorld(PostgresServer? postgres) : IAsyncLifetime
{
    private World? _world;
    private Books? _books;
    private SkipException? _skip;

    /// <summary>The server and the simulator.</summary>
    public World World => _world ?? throw (Exception?)_skip ?? new InvalidOperationException("The world was not started.");

    /// <summary>Its database.</summary>
    public Books Books => _books ?? throw (Exception?)_skip ?? new InvalidOperationException("The world was not started.");

    /// <summary>The connection string; null on SQLite.</summary>
    public string? Postgres { get; private set; }

    /// <summary>What the world is made of.</summary>
    protected abstract WorldOptions Options { get; }

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        try
        {
            Postgres = postgres is null ? null : await postgres.CreateDatabaseAsync();
        }
        catch (SkipException skip)
        {
            _skip = skip;
            return;
        }

        _world = await World.StartAsync(Options with { PostgresConnectionString = Postgres }, token);
        _books = await Books.OpenAsync(_world, Postgres, token);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_books is { } books)
        {
            await books.DisposeAsync();
        }

        if (_world is { } world)
        {
            await world.DisposeAsync();
        }
    }

    /// <summary>Waits until nothing is in flight: no hold in memory and none written down. Returns how long it took.</summary>
    public async Task<TimeSpan> WhenQuietAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var (open, held) = await ReadHoldsAsync(cancellationToken);
            if (open == 0 && held == 0 && await Books.CountOpenHoldsAsync(cancellationToken) == 0)
            {
                return since.Elapsed;
            }

            Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), $"{open} holds of {held} nano-USD stay open.");
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>The server's own gauges: open holds, and how much they hold in nano-USD.</summary>
    public async Task<(long Open, long Held)> ReadHoldsAsync(CancellationToken cancellationToken)
    {
        var metrics = (await World.Api.GetAsync("/metrics", cancellationToken)).Body;
        return (Read(metrics, "patchbay_holds_open "), Read(metrics, "patchbay_holds_nano_usd "));
    }

    /// <summary>The books have no finding, by the library and by the command.</summary>
    public async Task AssertBooksAreRightAsync(CancellationToken cancellationToken)
    {
        Assert.Empty(await Books.AuditAsync(cancellationToken));
        var (exitCode, output) = await Books.ReconcileAsync(World, Postgres, cancellationToken);
        Assert.True(exitCode == 0, output);
    }

    private static long Read(string metrics, string name)
    {
        var line = metrics.Split('\n').Single(l => l.StartsWith(name, StringComparison.Ordinal));
        return (long)decimal.Parse(line[name.Length..], NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}

/// <summary>The models of the money tests. Unless a test says otherwise a model has nine prompt tokens and twelve
/// completion tokens, at $0.000001 and $0.000002: $0.000033.</summary>
public abstract class LedgerWorld(PostgresServer? postgres) : MoneyWorld(postgres)
{
    private const string Ordinary = "tokens=12;prompt_tokens=9";

    public static IReadOnlyList<WorldModel> Models { get; } =
    [
        Model("test/plain", "plain", Ordinary),
        Model("test/exact", "exact", "tokens=500;prompt_tokens=10", prompt: "0"),
        Model("test/endless", "endless", "tokens=100000;prompt_tokens=10", prompt: "0"),
        Model("test/endless-modern", "modern", "tokens=100000;prompt_tokens=10", prompt: "0"),
        Model("test/glutton", "glutton", "tokens=300;prompt_tokens=10;ignore_max_tokens=true", prompt: "0"),
        Model("test/void", "void", "fault=empty;prompt_tokens=9"),
        Model("test/sour", "sour", "fault=error-finish;" + Ordinary),
        Model("test/slow", "slow", "tokens=40;prompt_tokens=9;tps=12"),
        Model("test/late", "late", "header_delay=5000;" + Ordinary),
        Model("test/priced", "priced", "tokens=60;prompt_tokens=9;tps=12"),
        Model("test/odd", "odd", "tokens=7;prompt_tokens=13;cached=5;reasoning=3", "0.000000037", "0.00000002130001"),
        Fallback("cut-empty", "fault=cut;after=0"),
        Fallback("error-in-200", "fault=error-in200"),
        Fallback("html", "fault=html"),
        .. new[] { "missing", "twice", "decreasing", "absurd", "negative", "every", "with-choices", "null-in-chunks" }
            .Select(shape => Model($"test/usage-{shape}", "counter", $"usage={shape};{Ordinary}")),
    ];

    protected override WorldOptions Options => new()
    {
        Models = Models,
        ProviderYaml = new Dictionary<string, string> { ["modern"] = "quirks: [\"max_tokens_field=max_completion_tokens\"]" },
    };

    public static WorldModel Model(
        string slug, string provider, string behavior, string prompt = "0.000001", string completion = "0.000002") =>
        new(slug, new WorldEndpoint(provider, $"m;{behavior}", prompt, completion));

    private static WorldModel Fallback(string name, string fault) => new(
        $"test/fallback-{name}",
        new WorldEndpoint($"bad-{name}", $"m;{fault}", "0.00001", "0.00002"),
        new WorldEndpoint($"good-{name}", $"m;{Ordinary}"));
}

public sealed class SqliteLedgerWorld() : LedgerWorld(null);

[CollectionDefinition]
public sealed class SqliteLedger : ICollectionFixture<SqliteLedgerWorld>;

public sealed class PostgresLedgerWorld(PostgresServer server) : LedgerWorld(server);
