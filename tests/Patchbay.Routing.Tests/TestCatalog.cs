using System.Collections.Immutable;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing.Tests;

/// <summary>Short ways to write catalogues and requests.</summary>
internal static class TestCatalog
{
    public const Parameters Everything = (Parameters)((1UL << 26) - 1);

    /// <summary>An endpoint with a key, every parameter and a price in dollars per million tokens, all of it prompt.</summary>
    public static Endpoint Endpoint(
        string tag,
        decimal price = 1,
        string model = "lab/model",
        bool key = true,
        string? name = null,
        string? variable = null,
        Parameters supported = Everything,
        Modalities input = Modalities.Text,
        Modalities output = Modalities.Text,
        int? context = null,
        int? maxOutput = null,
        string? quantization = null,
        DataPolicy? policy = null,
        PriceList? prices = null,
        ServiceTier tier = ServiceTier.Default,
        string? region = null,
        string[]? datacenters = null)
    {
        var slug = tag.Split('/')[0];
        return new Endpoint
        {
            Id = $"{tag}|{model}|upstream",
            Provider = new ProviderListing
            {
                Slug = slug,
                Name = name ?? slug + " Inc",
                BaseUrl = new Uri($"http://127.0.0.1/{slug}/"),
                ApiKey = key ? "secret" : null,
                ApiKeyEnv = [variable ?? slug.ToUpperInvariant() + "_API_KEY"],
                Policy = policy ?? DataPolicy.Unknown,
                Datacenters = datacenters,
            },
            Tag = tag,
            ModelSlug = model,
            UpstreamModel = "upstream",
            Prices = prices ?? new PriceList { Prompt = PerMillion(price), Completion = UnitPrice.Free },
            Supported = supported,
            Input = input,
            Output = output,
            ContextLength = context,
            MaxOutputTokens = maxOutput,
            Quantization = quantization,
            ServiceTier = tier,
            Region = region,
        };
    }

    public static UnitPrice PerMillion(decimal dollars) => new((long)(dollars * 1_000_000_000m));

    public static Model Model(string slug, params Endpoint[] endpoints) => new()
    {
        Slug = slug,
        Name = slug,
        Author = slug.Split('/')[0],
        CanonicalSlug = slug,
        Endpoints = [.. endpoints],
    };

    public static CatalogSnapshot Snapshot(params Model[] models) => new(1, [.. models], ImmutableArray<ProviderListing>.Empty);

    /// <summary>A request for the one model <c>lab/model</c> with these endpoints.</summary>
    public static RouteRequest Request(params Endpoint[] endpoints) => new()
    {
        Snapshot = Snapshot(Model("lab/model", endpoints)),
        Models = ["lab/model"],
        MaxAttempts = 100,
    };

    public static RoutePlan Plan(RouteRequest request, HealthRegistry? health = null, int seed = 1) =>
        RoutePlanner.Plan(request, health ?? new HealthRegistry(new ManualClock()), new Random(seed));

    public static string[] Tags(RoutePlan plan) => [.. plan.Attempts.Select(attempt => attempt.Endpoint.Tag)];

    /// <summary>The reason for each tag that is not an attempt.</summary>
    public static Dictionary<string, ExclusionReason> Reasons(RoutePlan plan) =>
        plan.Verdicts.Where(verdict => verdict.Attempt is null)
            .ToDictionary(verdict => verdict.Endpoint.Tag, verdict => verdict.Reason);
}
