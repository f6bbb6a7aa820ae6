using System.Globalization;
using Patchbay.Routing;

namespace Patchbay.Server;

/// <summary>The settings of section <c>routing</c>: the operator's level of the provider preferences.</summary>
internal static class RoutingSettingList
{
    private const string None = "none";
    private const string Names = "names of providers or endpoints, separated by commas, or none";

    private static readonly string[] Formats =
        ["int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"];

    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        List("only", Names, r => r.Only, (r, v) => r with { Only = v }),
        List("ignore", Names, r => r.Ignore, (r, v) => r with { Ignore = v }),
        List("order", Names, r => r.Order, (r, v) => r with { Order = v }),
        Flag("allow_fallbacks", r => r.AllowFallbacks ?? true, (r, v) => r with { AllowFallbacks = v }),
        Flag("require_parameters", r => r.RequireParameters, (r, v) => r with { RequireParameters = v }),
        Word("data_collection", ["allow", "deny"],
            r => r.DataCollectionDeny ? "deny" : "allow", (r, v) => r with { DataCollectionDeny = v == "deny" }),
        Flag("zdr", r => r.Zdr, (r, v) => r with { Zdr = v }),
        List("data_regions", "regions such as eu or us, separated by commas, or none",
            r => r.DataRegions, (r, v) => r with { DataRegions = v }),
        Flag("enforce_distillable_text", r => r.EnforceDistillableText, (r, v) => r with { EnforceDistillableText = v }),
        List("quantizations", "of " + string.Join(", ", Formats) + ", separated by commas, or none",
            r => r.Quantizations, (r, v) => r with { Quantizations = v }, Formats),
        Word("sort", [None, "price", "throughput", "latency", "exacto"],
            r => r.Sort?.ToString().ToLowerInvariant() ?? None,
            (r, v) => r with { Sort = v == None ? null : Enum.Parse<RouteSort>(v, ignoreCase: true) }),
        Word("partition", ["model", None],
            r => r.PartitionNone == true ? None : "model", (r, v) => r with { PartitionNone = v == None }),
        Price("prompt", p => p.Prompt, (p, v) => p with { Prompt = v }),
        Price("completion", p => p.Completion, (p, v) => p with { Completion = v }),
        Price("request", p => p.Request, (p, v) => p with { Request = v }),
        Price("image", p => p.Image, (p, v) => p with { Image = v }),
        Price("audio", p => p.Audio, (p, v) => p with { Audio = v }),
        Limits("preferred_min_throughput", "tokens a second",
            r => r.PreferredMinThroughput, (r, v) => r with { PreferredMinThroughput = v }),
        Limits("preferred_max_latency", "seconds",
            r => r.PreferredMaxLatency, (r, v) => r with { PreferredMaxLatency = v }),
    ];

    private static SettingDefinition Flag(
        string name, Func<RoutePreferences, bool> show, Func<RoutePreferences, bool, RoutePreferences> apply) =>
        SettingList.Flag($"routing:{name}", s => show(s.Routing), (s, v) => s with { Routing = apply(s.Routing, v) });

    private static SettingDefinition Word(string name, string[] words,
        Func<RoutePreferences, string> show, Func<RoutePreferences, string, RoutePreferences> apply) =>
        SettingList.Word($"routing:{name}", words, s => show(s.Routing), (s, v) => s with { Routing = apply(s.Routing, v) });

    private static SettingDefinition List(string name, string form, Func<RoutePreferences, IReadOnlyList<string>?> show,
        Func<RoutePreferences, IReadOnlyList<string>?, RoutePreferences> apply, string[]? known = null) =>
        SettingList.Text($"routing:{name}", form, s => show(s.Routing) is { Count: > 0 } list ? string.Join(", ", list) : None,
            (s, v) =>
            {
                string[] items = IsNone(v)
                    ? []
                    : v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                return (items.Length == 0 && !IsNone(v)) || (known is not null && items.Except(known).Any())
                    ? null
                    : s with { Routing = apply(s.Routing, items.Length == 0 ? null : items) };
            });

    private static SettingDefinition Price(
        string part, Func<PriceCeiling, decimal?> show, Func<PriceCeiling, decimal?, PriceCeiling> apply) =>
        SettingList.Text($"routing:max_price:{part}", "a price in dollars, or none",
            s => (s.Routing.MaxPrice is { } ceiling ? show(ceiling) : null)?.ToString(CultureInfo.InvariantCulture) ?? None,
            (s, v) =>
            {
                decimal? price = null;
                if (!IsNone(v))
                {
                    if (!decimal.TryParse(v, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                    {
                        return null;
                    }

                    price = number;
                }

                var ceiling = apply(s.Routing.MaxPrice ?? new PriceCeiling(), price);
                return s with { Routing = s.Routing with { MaxPrice = ceiling == new PriceCeiling() ? null : ceiling } };
            });

    private static SettingDefinition Limits(string name, string unit, Func<RoutePreferences, PercentileLimits?> show,
        Func<RoutePreferences, PercentileLimits?, RoutePreferences> apply) =>
        SettingList.Text($"routing:{name}", $"{unit} as a number for the median, or as p50=…, p75=…, p90=…, p99=…, or none",
            s => show(s.Routing) is { } limits ? Text(limits) : None,
            (s, v) => IsNone(v) ? s with { Routing = apply(s.Routing, null) }
                : Parse(v) is { } limits ? s with { Routing = apply(s.Routing, limits) }
                : null);

    private static string Text(PercentileLimits limits)
    {
        (string Name, double? Value)[] parts =
            [("p50", limits.P50), ("p75", limits.P75), ("p90", limits.P90), ("p99", limits.P99)];
        return string.Join(", ", parts.Where(part => part.Value is not null)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Name}={part.Value}")));
    }

    private static PercentileLimits? Parse(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            return Number(text) is { } median ? new PercentileLimits(median) : null;
        }

        var limits = default(PercentileLimits);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var sign = part.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0 || Number(part[(sign + 1)..]) is not { } value)
            {
                return null;
            }

            switch (part[..sign].Trim())
            {
                case "p50": limits = limits with { P50 = value }; break;
                case "p75": limits = limits with { P75 = value }; break;
                case "p90": limits = limits with { P90 = value }; break;
                case "p99": limits = limits with { P99 = value }; break;
                default: return null;
            }
        }

        return limits;
    }

    private static double? Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? number : null;

    private static bool IsNone(string text) => text.Equals(None, StringComparison.OrdinalIgnoreCase);
}
