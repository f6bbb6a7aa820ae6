using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Turns what a request asks into a plan of attempts.</summary>
internal static class RouteStep
{
    // Bytes per token of ordinary text; routing needs an estimate, money uses the safe bound of one token a byte.
    private const int BytesPerToken = 4;

    /// <summary>What routing has to know of the request. Reads the envelope's models again whenever it is planned.</summary>
    public static RouteRequest Request(
        RequestEnvelope envelope, CatalogSnapshot snapshot, InferenceOptions options, ConversationKey conversation = default,
        IReadOnlyList<ByokRoute>? ownKeys = null, IReadOnlyList<RoutePreferences>? guardrails = null) =>
        new()
        {
            Snapshot = snapshot,
            Models = envelope.Models,
            Used = envelope.Used,
            Input = envelope.Input,
            Output = envelope.Output,
            WantsTools = envelope.WantsTools,
            WantsJsonSchema = envelope.WantsJsonSchema,
            EstimatedPromptTokens = envelope.PromptBytes / BytesPerToken,
            MaxOutputTokens = envelope.MaxOutputTokens,
            Tier = Tier(envelope.ServiceTier),
            Preferences = RouteDefaults.Merge(
                guardrails is { Count: > 0 } ? [.. options.Routing, .. guardrails] : options.Routing, preset: null, envelope.Provider is { } preferences ? Map(preferences) : null),
            Conversation = conversation,
            MaxAttempts = options.MaxAttempts,
            OwnKeys = ownKeys ?? [],
        };

    /// <summary>An error for what this release cannot do and must not leave out silently: the web search that the plugin
    /// <c>web</c> and the variant <c>:online</c> ask for.</summary>
    public static GatewayError? Unserved(RequestEnvelope envelope)
    {
        if (envelope.WantsWebPlugin)
        {
            return new GatewayError(
                GatewayErrorKind.InvalidRequest,
                "The plugin web is not served by this release; leave it away, or use a model with a search of its own (web_search_options).")
            {
                Parameter = "plugins",
            };
        }

        var models = envelope.Models;
        for (var i = 0; i < models.Count; i++)
        {
            if (HasSuffix(models[i], ":online"))
            {
                return new GatewayError(
                    GatewayErrorKind.InvalidRequest,
                    $"'{models[i]}' asks for a web search (:online), which is not served by this release; leave the suffix away, or use a model with a search of its own (web_search_options).")
                {
                    Parameter = envelope.Model == models[i] ? "model" : "models",
                };
            }
        }

        return null;
    }

    private static bool HasSuffix(string name, string suffix)
    {
        var at = name.IndexOf(suffix, StringComparison.Ordinal);
        return at > 0 && (at + suffix.Length == name.Length || name[at + suffix.Length] == ':');
    }

    private static RoutePreferences Map(ProviderPreferences from) => new()
    {
        Order = from.Order,
        Only = from.Only,
        Ignore = from.Ignore,
        AllowFallbacks = from.AllowFallbacks,
        RequireParameters = from.RequireParameters,
        DataCollectionDeny = from.DataCollectionDeny,
        Zdr = from.Zdr,
        DataRegions = from.DataRegions,
        EnforceDistillableText = from.EnforceDistillableText,
        Quantizations = from.Quantizations,
        Sort = from.Sort switch
        {
            ProviderSort.Price => RouteSort.Price,
            ProviderSort.Throughput => RouteSort.Throughput,
            ProviderSort.Latency => RouteSort.Latency,
            ProviderSort.Exacto => RouteSort.Exacto,
            _ => null,
        },
        PartitionNone = from.Partition is { } partition ? partition == SortPartition.None : null,
        MaxPrice = from.MaxPrice is { } price
            ? new PriceCeiling(price.Prompt, price.Completion, price.Request, price.Image, price.Audio)
            : null,
        PreferredMinThroughput = Map(from.PreferredMinThroughput),
        PreferredMaxLatency = Map(from.PreferredMaxLatency),
    };

    private static PercentileLimits? Map(PercentileCutoffs? from) =>
        from is { } cutoffs ? new PercentileLimits(cutoffs.P50, cutoffs.P75, cutoffs.P90, cutoffs.P99) : null;

    private static TierWish Tier(string? word) => word switch
    {
        "default" => TierWish.Default,
        "flex" => TierWish.Flex,
        "priority" or "fast" => TierWish.Priority,
        _ => TierWish.None,
    };
}
