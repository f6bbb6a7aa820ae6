using System.Collections.Frozen;
using System.Globalization;
using Patchbay.Api;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Every setting, once. File, environment and command line all go through this list, and
/// docs/operating/configuration.md describes each.</summary>
internal static class SettingList
{
    /// <summary>What the environment variables of settings begin with.</summary>
    public const string VariablePrefix = "PATCHBAY__";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        Text("server:urls", "one or more http addresses, separated by ';'",
            s => s.Server.Urls, (s, v) => ListenAddress.AreValid(v) ? s with { Server = s.Server with { Urls = v } } : null),
        Text("server:data", "a folder",
            s => s.Server.Data, (s, v) => v.Length > 0 ? s with { Server = s.Server with { Data = v } } : null),
        Flag("server:inline_io", s => s.Server.InlineIo, (s, v) => s with { Server = s.Server with { InlineIo = v } }),
        Count("limits:max_body_bytes", 1024, 1024 * 1024 * 1024,
            s => s.Limits.MaxBodyBytes, (s, v) => s with { Limits = s.Limits with { MaxBodyBytes = v } }),
        Duration("limits:connect_timeout",
            s => s.Limits.ConnectTimeout, (s, v) => s with { Limits = s.Limits with { ConnectTimeout = v } }),
        Duration("limits:first_byte_timeout",
            s => s.Limits.FirstByteTimeout, (s, v) => s with { Limits = s.Limits with { FirstByteTimeout = v } }),
        Duration("limits:first_byte_timeout_with_alternatives",
            s => s.Limits.FirstByteTimeoutWithAlternatives,
            (s, v) => s with { Limits = s.Limits with { FirstByteTimeoutWithAlternatives = v } }),
        Duration("limits:idle_timeout",
            s => s.Limits.IdleTimeout, (s, v) => s with { Limits = s.Limits with { IdleTimeout = v } }),
        Duration("limits:total_timeout",
            s => s.Limits.TotalTimeout, (s, v) => s with { Limits = s.Limits with { TotalTimeout = v } }),
        Count("limits:max_attempts", 1, 20,
            s => s.Limits.MaxAttempts, (s, v) => s with { Limits = s.Limits with { MaxAttempts = (int)v } }),
        Duration("limits:processing_comment_after",
            s => s.Limits.ProcessingCommentAfter,
            (s, v) => s with { Limits = s.Limits with { ProcessingCommentAfter = v } }),
        Count("limits:unheard_answers", 0, 100_000,
            s => s.Limits.UnheardAnswers, (s, v) => s with { Limits = s.Limits with { UnheardAnswers = (int)v } }),
        Duration("limits:unheard_timeout",
            s => s.Limits.UnheardTimeout, (s, v) => s with { Limits = s.Limits with { UnheardTimeout = v } }),
        Duration("limits:drain_timeout",
            s => s.Limits.DrainTimeout, (s, v) => s with { Limits = s.Limits with { DrainTimeout = v } }),
        Count("routing:affinity_entries", 0, 16 * 1024 * 1024,
            s => s.Affinity.Entries, (s, v) => s with { Affinity = s.Affinity with { Entries = (int)v } }),
        Duration("routing:affinity_lifetime",
            s => s.Affinity.Lifetime, (s, v) => s with { Affinity = s.Affinity with { Lifetime = v } }),
        Count("routing:retry_percent", 0, 1000,
            s => s.Failover.RetryPercent, (s, v) => s with { Failover = s.Failover with { RetryPercent = (int)v } }),
        Count("routing:retry_minimum", 0, 100_000,
            s => s.Failover.RetryMinimum, (s, v) => s with { Failover = s.Failover with { RetryMinimum = (int)v } }),
        Wait("routing:first_token_timeout", ["off", "auto"],
            s => s.Failover.FirstTokenTimeout, (s, v) => s with { Failover = s.Failover with { FirstTokenTimeout = v } }),
        Feature("routing:hedging", s => s.Failover.Hedging, (s, v) => s with { Failover = s.Failover with { Hedging = v } }),
        Wait("routing:hedge_after", ["auto"],
            s => s.Failover.HedgeAfter, (s, v) => s with { Failover = s.Failover with { HedgeAfter = v } }),
        Count("routing:hedge_percent", 0, 100,
            s => s.Failover.HedgePercent, (s, v) => s with { Failover = s.Failover with { HedgePercent = (int)v } }),
        Feature("routing:continuation",
            s => s.Failover.Continuation, (s, v) => s with { Failover = s.Failover with { Continuation = v } }),
        Duration("limits:turn_wait",
            s => s.Limits.TurnWait, (s, v) => s with { Limits = s.Limits with { TurnWait = v } }),
        Count("limits:turns_waiting", 0, 1_000_000,
            s => s.Limits.TurnsWaiting, (s, v) => s with { Limits = s.Limits with { TurnsWaiting = (int)v } }),
        Word("billing:mode", ["team", "marketplace"],
            s => s.Billing.Mode, (s, v) => s with { Billing = s.Billing with { Mode = v } }),
        Flag("billing:clamp_max_tokens",
            s => s.Billing.ClampMaxTokens, (s, v) => s with { Billing = s.Billing with { ClampMaxTokens = v } }),
        Percent("billing:byok_fee_percent",
            s => s.Billing.ByokFee, (s, v) => s with { Billing = s.Billing with { ByokFee = v } }),
        Text("billing:byok_allowance", "US dollars a month, such as 25000",
            s => s.Billing.ByokAllowance.ToString(),
            (s, v) => Dollars(v, 1_000_000_000) is { } most ? s with { Billing = s.Billing with { ByokAllowance = most } } : null),
        Percent("billing:logging_discount_percent",
            s => s.Billing.LoggingDiscount, (s, v) => s with { Billing = s.Billing with { LoggingDiscount = v } }),
        Text("billing:stepped_holds_above", "US dollars, such as 5 or 0.50, at most 10000, or off",
            s => s.Billing.SteppedHoldsAbove?.ToString() ?? "off",
            (s, v) => v.Equals("off", StringComparison.OrdinalIgnoreCase)
                ? s with { Billing = s.Billing with { SteppedHoldsAbove = null } }
                : Dollars(v) is { } above ? s with { Billing = s.Billing with { SteppedHoldsAbove = above } } : null),
        Count("free_tier:requests_per_minute", 0, 1_000_000,
            s => s.FreeTier.RequestsPerMinute, (s, v) => s with { FreeTier = s.FreeTier with { RequestsPerMinute = v } }),
        Count("free_tier:requests_per_day", 0, 1_000_000_000,
            s => s.FreeTier.RequestsPerDay, (s, v) => s with { FreeTier = s.FreeTier with { RequestsPerDay = v } }),
        Count("free_tier:requests_per_day_bought", 0, 1_000_000_000,
            s => s.FreeTier.RequestsPerDayBought, (s, v) => s with { FreeTier = s.FreeTier with { RequestsPerDayBought = v } }),
        Text("free_tier:bought", "US dollars, such as 10",
            s => s.FreeTier.Bought.ToString(),
            (s, v) => Dollars(v, 1_000_000_000) is { } bought ? s with { FreeTier = s.FreeTier with { Bought = bought } } : null),
        Word("replicas:durability", ["journal", "database"],
            s => s.Replicas.Durability, (s, v) => s with { Replicas = s.Replicas with { Durability = v } }),
        Duration("replicas:lease_lifetime",
            s => s.Replicas.LeaseLifetime, (s, v) => s with { Replicas = s.Replicas with { LeaseLifetime = v } }),
        Duration("replicas:lease_grace",
            s => s.Replicas.LeaseGrace, (s, v) => s with { Replicas = s.Replicas with { LeaseGrace = v } }),
        Duration("replicas:lease_span",
            s => s.Replicas.LeaseSpan, (s, v) => s with { Replicas = s.Replicas with { LeaseSpan = v } }),
        Duration("statements:query_timeout",
            s => s.Statements.QueryTimeout, (s, v) => s with { Statements = s.Statements with { QueryTimeout = v } }),
        Count("statements:hourly_days", 1, 10_000,
            s => s.Statements.HourlyDays, (s, v) => s with { Statements = s.Statements with { HourlyDays = (int)v } }),
        .. PaymentSettingList.All,
        Flag("catalog:sync", s => s.Catalog.Sync, (s, v) => s with { Catalog = s.Catalog with { Sync = v } }),
        Duration("catalog:sync_every",
            s => s.Catalog.SyncEvery, (s, v) => s with { Catalog = s.Catalog with { SyncEvery = v } }),
        Address("catalog:models_dev",
            s => s.Catalog.ModelsDev, (s, v) => s with { Catalog = s.Catalog with { ModelsDev = v } }),
        Address("catalog:openrouter",
            s => s.Catalog.OpenRouter, (s, v) => s with { Catalog = s.Catalog with { OpenRouter = v } }),
        Flag("catalog:provider_lists",
            s => s.Catalog.ProviderLists, (s, v) => s with { Catalog = s.Catalog with { ProviderLists = v } }),
        Word("catalog:local", ["offer", "use", "off"],
            s => s.Catalog.Local, (s, v) => s with { Catalog = s.Catalog with { Local = v } }),
        Text("catalog:local_ports", "ports from 1 to 65535, separated by spaces",
            s => string.Join(' ', s.Catalog.LocalPorts),
            (s, v) => Ports(v) is { } ports ? s with { Catalog = s.Catalog with { LocalPorts = ports } } : null),
        .. RoutingSettingList.All,
        .. AlertSettingList.All,
        Flag("canaries:enabled",
            s => s.Canaries.Enabled, (s, v) => s with { Canaries = s.Canaries with { Enabled = v } }),
        Text("canaries:budget", "US dollars a day, such as 1 or 0.50, at most 10000",
            s => s.Canaries.Budget.ToString(),
            (s, v) => Dollars(v) is { } budget ? s with { Canaries = s.Canaries with { Budget = budget } } : null),
        Duration("canaries:every",
            s => s.Canaries.Every, (s, v) => s with { Canaries = s.Canaries with { Every = v } }),
        Text("canaries:models", "slugs of models, separated by spaces, or open for all with open weights",
            s => s.Canaries.Models.Count == 0 ? "open" : string.Join(' ', s.Canaries.Models),
            (s, v) => v.Length == 0 ? null : s with { Canaries = s.Canaries with { Models = v == "open" ? [] : v.Split(' ', StringSplitOptions.RemoveEmptyEntries) } }),
        Text("telemetry:otlp_endpoint", "an http or https address",
            s => s.Telemetry.OtlpEndpoint?.AbsoluteUri ?? "none",
            (s, v) => Uri.TryCreate(v, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? s with { Telemetry = s.Telemetry with { OtlpEndpoint = uri } }
                : null),
        Word("telemetry:log_format", ["text", "json"],
            s => s.Telemetry.LogFormat, (s, v) => s with { Telemetry = s.Telemetry with { LogFormat = v } }),
    ];

    /// <summary>The names of all settings.</summary>
    public static FrozenSet<string> Keys { get; } = All.Select(setting => setting.Key).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What stands between the entries of a setting that takes several.</summary>
    public static string Separator(string key) => key switch
    {
        "server:urls" => ";",
        "payments:seller" => "; ",
        "payments:stripe:webhook_secrets" or "payments:coinbase:webhook_secrets" => " ",
        "catalog:local_ports" => " ",
        _ => ", ",
    };

    internal static SettingDefinition Text(string key, string form, Func<PatchbaySettings, string> show,
        Func<PatchbaySettings, string, PatchbaySettings?> apply) =>
        new(key, form, show, (settings, text) => apply(settings, text.Trim()));

    private static Money? Dollars(string text, decimal most = 10_000) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars) && dollars <= most
            && Money.TryFromDollars(dollars, out var money)
                ? money
                : null;

    private static SettingDefinition Percent(string key, Func<PatchbaySettings, int> show,
        Func<PatchbaySettings, int, PatchbaySettings> apply) =>
        new(key, "a percentage from 0 to 100 with at most two decimals",
            settings => (show(settings) / 100m).ToString("0.##", CultureInfo.InvariantCulture),
            (settings, text) => decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
                && percent <= 100 && percent * 100 == decimal.Truncate(percent * 100)
                    ? apply(settings, (int)(percent * 100))
                    : null);

    private static int[]? Ports(string text)
    {
        var ports = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (int)port : 0).ToArray();
        return ports.Length > 0 && Array.TrueForAll(ports, port => port > 0) ? ports : null;
    }

    private static SettingDefinition Address(string key, Func<PatchbaySettings, Uri?> show,
        Func<PatchbaySettings, Uri?, PatchbaySettings> apply) =>
        new(key, "an http or https address, or none", settings => show(settings)?.AbsoluteUri ?? "none",
            (settings, text) => text.Trim().Equals("none", StringComparison.OrdinalIgnoreCase) ? apply(settings, null)
                : Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                    ? apply(settings, uri)
                    : null);

    internal static SettingDefinition Flag(string key, Func<PatchbaySettings, bool> show,
        Func<PatchbaySettings, bool, PatchbaySettings> apply) =>
        new(key, "true or false", settings => show(settings) ? "true" : "false",
            (settings, text) => bool.TryParse(text.Trim(), out var flag) ? apply(settings, flag) : null);

    internal static SettingDefinition Word(string key, string[] words, Func<PatchbaySettings, string> show,
        Func<PatchbaySettings, string, PatchbaySettings> apply) =>
        new(key, string.Join(" or ", words), show,
            (settings, text) => Array.Find(words, word => word.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)) is { } word
                ? apply(settings, word)
                : null);

    private static SettingDefinition Feature(string key, Func<PatchbaySettings, FeatureMode> show,
        Func<PatchbaySettings, FeatureMode, PatchbaySettings> apply) =>
        Word(key, ["off", "request", "on"],
            settings => show(settings) switch { FeatureMode.Off => "off", FeatureMode.OnRequest => "request", _ => "on" },
            (settings, word) => apply(
                settings, word switch { "off" => FeatureMode.Off, "request" => FeatureMode.OnRequest, _ => FeatureMode.Always }));

    private static SettingDefinition Wait(string key, string[] words, Func<PatchbaySettings, Patience> show,
        Func<PatchbaySettings, Patience, PatchbaySettings> apply) =>
        new(key, string.Join(", ", words) + " or a duration such as 500ms, 30s or 5m, at most 24h",
            settings => show(settings) switch
            {
                { Kind: PatienceKind.Fixed, Fixed: var time } => DurationText.Format(time),
                { Kind: PatienceKind.Measured } => "auto",
                _ => "off",
            },
            (settings, text) =>
                Array.Find(words, word => word.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)) is { } word
                    ? apply(settings, word == "auto" ? Patience.Auto : Patience.Off)
                : DurationText.TryParse(text, out var time) && time >= Shortest && time <= Longest
                    ? apply(settings, Patience.Of(time))
                : null);

    internal static SettingDefinition Count(string key, long least, long most, Func<PatchbaySettings, long> show,
        Func<PatchbaySettings, long, PatchbaySettings> apply) =>
        new(key, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
            settings => show(settings).ToString(CultureInfo.InvariantCulture),
            (settings, text) => long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most ? apply(settings, number) : null);

    internal static SettingDefinition Duration(string key, Func<PatchbaySettings, TimeSpan> show,
        Func<PatchbaySettings, TimeSpan, PatchbaySettings> apply) =>
        new(key, "a duration such as 500ms, 30s or 5m, at most 24h", settings => DurationText.Format(show(settings)),
            (settings, text) => DurationText.TryParse(text, out var duration) && duration >= Shortest && duration <= Longest
                ? apply(settings, duration)
                : null);
}
