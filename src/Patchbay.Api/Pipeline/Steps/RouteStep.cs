using Patchbay.Catalog;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Turns what a request asks into a plan of attempts.</summary>
internal static class RouteStep
{
    // Bytes per token of ordinary text; routing needs an estimate, money uses the safe bound of one token a byte.
    private const int BytesPerToken = 4;

    /// <summary>What routing has to know of the request. Reads the envelope's models again whenever it is planned.</summary>
    public static RouteRequest Request(RequestEnvelope envelope, CatalogSnapshot snapshot, int maxAttempts) =>
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
            Preferences = envelope.Provider is { } preferences ? Map(preferences) : null,
            MaxAttempts = maxAttempts,
        };

    private static RoutePreferences Map(ProviderPreferences from) => new()
    {
        Order = from.Order,
        Only = from.Only,
        Ignore = from.Ignore,
        AllowFallbacks = from.AllowFallbacks ?? true,
        RequireParameters = from.RequireParameters,
        DataCollectionDeny = from.DataCollectionDeny,
        Zdr = from.Zdr,
        Quantizations = from.Quantizations,
        Sort = from.Sort switch
        {
            ProviderSort.Price => RouteSort.Price,
            ProviderSort.Throughput => RouteSort.Throughput,
            ProviderSort.Latency => RouteSort.Latency,
            ProviderSort.Exacto => RouteSort.Exacto,
            _ => null,
        },
        PartitionNone = from.Partition == SortPartition.None,
        MaxPrice = from.MaxPrice is { } price
            ? new PriceCeiling(price.Prompt, price.Completion, price.Request, price.Image, price.Audio)
            : null,
    };
}
