using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Server;

/// <summary>Everything that an operator can set, with its default. Immutable; holds secrets, so it has no text form.</summary>
internal sealed record PatchbaySettings
{
    /// <summary>Where the server listens and keeps its data.</summary>
    public ServerSettings Server { get; init; } = new();

    /// <summary>Sizes, times and counts that bound a request.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>How conversations are kept at one endpoint.</summary>
    public AffinitySettings Affinity { get; init; } = new();

    /// <summary>What is done when an endpoint fails or is slow.</summary>
    public FailoverSettings Failover { get; init; } = new();

    /// <summary>How money is treated.</summary>
    public BillingSettings Billing { get; init; } = new();

    /// <summary>How many requests of free models accounts may send, where credits are prepaid.</summary>
    public FreeTierOptions FreeTier { get; init; } = new();

    /// <summary>How several servers share a database.</summary>
    public ReplicaSettings Replicas { get; init; } = new();

    /// <summary>Section <c>statements</c>.</summary>
    public StatementSettings Statements { get; init; } = new();

    /// <summary>How credits are bought.</summary>
    public PaymentSettings Payments { get; init; } = new();

    /// <summary>Section <c>alerts</c>.</summary>
    public AlertSettings Alerts { get; init; } = new();

    /// <summary>Section <c>smtp</c>.</summary>
    public MailSettings Mail { get; init; } = new();

    /// <summary>How the catalogue is kept current.</summary>
    public CatalogSettings Catalog { get; init; } = new();

    /// <summary>Provider preferences that hold for every request, below the ones of workspaces and requests.</summary>
    public RoutePreferences Routing { get; init; } = new() { Path = "routing" };

    /// <summary>How endpoints are probed.</summary>
    public CanarySettings Canaries { get; init; } = new();

    /// <summary>What leaves the process for observers.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>A PostgreSQL connection string; null for SQLite in the data directory.</summary>
    public string? Database { get; init; }

    /// <summary>The master key of the environment; null when the one of the key file counts.</summary>
    public string? MasterKey { get; init; }

    /// <summary>The key-encryption keys of the environment; null when those of the key file count.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>Whether every provider is simulated.</summary>
    public bool Demo { get; init; }

    /// <summary>Names the type only, since the settings hold secrets.</summary>
    public override string ToString() => nameof(PatchbaySettings);
}

/// <summary>Section <c>server</c>.</summary>
internal sealed record ServerSettings
{
    /// <summary>The addresses to listen on, separated by semicolons.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>The folder of the database and of the key file.</summary>
    public string Data { get; init; } = "./data";

    /// <summary>Whether socket events run on the thread that polls them, which saves a hand-over per event.</summary>
    public bool InlineIo { get; init; } = true;
}

/// <summary>Section <c>limits</c>.</summary>
internal sealed record LimitSettings
{
    /// <summary>The largest request body, in bytes.</summary>
    public long MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>The longest wait for a connection to a provider.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait for a provider's first byte when no other endpoint is left.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest wait for a provider's first byte when another endpoint can be tried.</summary>
    public TimeSpan FirstByteTimeoutWithAlternatives { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest silence inside an answer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest whole request.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How many endpoints a request may try.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>How often a waiting stream is sent a comment that keeps it alive.</summary>
    public TimeSpan ProcessingCommentAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a request beyond a limit of concurrency waits for its turn.</summary>
    public TimeSpan TurnWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many requests of an organization may wait so; 0 for refusing them at once.</summary>
    public int TurnsWaiting { get; init; }

    /// <summary>How many answers are read on after their callers left, where the provider bills them whole; 0 for none.</summary>
    public int UnheardAnswers { get; init; } = 256;

    /// <summary>For how long each.</summary>
    public TimeSpan UnheardTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long running requests may go on after a stop signal.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>The settings of section <c>routing</c> that begin with <c>affinity_</c>.</summary>
internal sealed record AffinitySettings
{
    /// <summary>How many conversations are remembered with the endpoint that answered them; 0 for none.</summary>
    public int Entries { get; init; } = AffinityTable.DefaultEntries;

    /// <summary>How long an idle conversation is remembered, unless the provider's cache lasts longer.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>The settings of section <c>routing</c> for endpoints that fail or are slow.</summary>
internal sealed record FailoverSettings
{
    /// <summary>Calls beyond one per request that may come to nothing, for each hundred requests for a model.</summary>
    public int RetryPercent { get; init; } = 20;

    /// <summary>Such calls for a model in ten seconds that are allowed however few requests there are.</summary>
    public int RetryMinimum { get; init; } = 30;

    /// <summary>After how long without a first token a stream is given up for the next endpoint.</summary>
    public Patience FirstTokenTimeout { get; init; } = Patience.Off;

    /// <summary>Who gets a second endpoint asked besides a slow first.</summary>
    public FeatureMode Hedging { get; init; } = FeatureMode.Off;

    /// <summary>After how long that is.</summary>
    public Patience HedgeAfter { get; init; } = Patience.Auto;

    /// <summary>How many such second calls there may be for each hundred requests for a model.</summary>
    public int HedgePercent { get; init; } = 10;

    /// <summary>Whose streams another endpoint goes on with when theirs dies.</summary>
    public FeatureMode Continuation { get; init; } = FeatureMode.OnRequest;
}

/// <summary>Section <c>replicas</c>: servers on one PostgreSQL database.</summary>
internal sealed record ReplicaSettings
{
    /// <summary><c>journal</c>: usage is durable when it is in the data folder. <c>database</c>: when it is in the database.
    /// </summary>
    public string Durability { get; init; } = "journal";

    /// <summary>After which silence a server must not spend what it leased.</summary>
    public TimeSpan LeaseLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After which silence what it leased is given to others.</summary>
    public TimeSpan LeaseGrace { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long what is leased should last at the present rate of spending.</summary>
    public TimeSpan LeaseSpan { get; init; } = TimeSpan.FromSeconds(90);
}

/// <summary>Section <c>billing</c>.</summary>
internal sealed record BillingSettings
{
    /// <summary><c>team</c>: credits are internal budgets. <c>marketplace</c>: credits are sold.</summary>
    public string Mode { get; init; } = "team";

    /// <summary>Whether an organization can spend only what was put into its credits.</summary>
    public bool IsPrepaid => Mode == "marketplace";

    /// <summary>The fee for calls on callers' own provider keys, in hundredths of a percent of the list price; only where credits
    /// are prepaid.</summary>
    public int ByokFee { get; init; } = 500;

    /// <summary>The list price a month up to which there is no such fee.</summary>
    public Money ByokAllowance { get; init; } = Money.FromDollars(25_000);

    /// <summary>What workspaces pay less that let their prompts be used, in hundredths of a percent.</summary>
    public int LoggingDiscount { get; init; } = 100;

    /// <summary>What calls on callers' own provider keys cost in this mode.</summary>
    public ByokFees Fees => IsPrepaid ? new ByokFees(ByokFee, ByokAllowance) : ByokFees.None;

    /// <summary>Whether an answer is shortened to what the caller can afford, instead of refusing the request.</summary>
    public bool ClampMaxTokens { get; init; } = true;

    /// <summary>What an account must be able to spend for its streams to be paid for in steps; null for never.</summary>
    public Money? SteppedHoldsAbove { get; init; } = Money.FromDollars(5);
}

/// <summary>Section <c>statements</c>.</summary>
internal sealed record StatementSettings
{
    /// <summary>After what time a query about usage is given up.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many days back usage is kept by the hour; by the day, and each generation, for good.</summary>
    public int HourlyDays { get; init; } = 90;
}

/// <summary>Section <c>catalog</c>.</summary>
internal sealed record CatalogSettings
{
    /// <summary>Whether the server asks the lists by itself.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>How often.</summary>
    public TimeSpan SyncEvery { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The address of models.dev's list, or of a copy; null for not asking.</summary>
    public Uri? ModelsDev { get; init; } = new("https://models.dev/api.json");

    /// <summary>The address of OpenRouter's list, or of a copy; null for not asking.</summary>
    public Uri? OpenRouter { get; init; } = new("https://openrouter.ai/api/v1/models?output_modalities=all");

    /// <summary>Whether providers are asked for their own lists, with their keys.</summary>
    public bool ProviderLists { get; init; } = true;

    /// <summary>What is done with model servers on this machine when no model can be called at the start: <c>offer</c>,
    /// <c>use</c> or <c>off</c>.</summary>
    public string Local { get; init; } = "offer";

    /// <summary>The ports of this machine at which model servers are looked for.</summary>
    public IReadOnlyList<int> LocalPorts { get; init; } = LocalDiscovery.CustomaryPorts;
}

/// <summary>Section <c>canaries</c>.</summary>
internal sealed record CanarySettings
{
    /// <summary>Whether endpoints are probed at all.</summary>
    public bool Enabled { get; init; }

    /// <summary>The most that probes may cost in a UTC day.</summary>
    public Money Budget { get; init; } = Money.FromDollars(1);

    /// <summary>How long a model's hosts are left alone after a visit.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The models whose hosts are visited; empty for all with open weights.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];
}

/// <summary>Section <c>telemetry</c>.</summary>
internal sealed record TelemetrySettings
{
    /// <summary>Where traces go (OTLP); null for nowhere.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary><c>text</c> for one line per message, <c>json</c> for one object per message.</summary>
    public string LogFormat { get; init; } = "text";
}
