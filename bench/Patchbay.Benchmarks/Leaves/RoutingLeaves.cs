using System.Collections.Immutable;
using System.Globalization;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Benchmarks;

/// <summary>Planning and health.</summary>
internal static class RoutingLeaves
{
    /// <summary>A plan; of every <paramref name="eachFails"/>th endpoint the last attempt failed, and of a sticky
    /// conversation the last endpoint is remembered.</summary>
    public static Action Plan(int endpoints, int eachFails = 1_000, bool sticky = false)
    {
        var health = new HealthRegistry(TimeProvider.System);
        var random = new Random(1);
        var model = ModelWith(endpoints);
        var conversation = sticky ? ConversationKey.OfOpening(Guid.Empty, 1) : default;
        var table = sticky ? new AffinityTable(AffinityTable.DefaultEntries, TimeSpan.FromHours(1), TimeProvider.System) : null;
        table?.Remember(conversation, model.Slug, model.Endpoints[^1]);
        foreach (var endpoint in model.Endpoints)
        {
            health.RecordSuccess(endpoint, 200, 900, 96);
        }

        for (var i = eachFails - 1; i < endpoints; i += eachFails)
        {
            health.RecordFailure(model.Endpoints[i], GatewayErrorKind.ProviderError, null);
        }

        var request = new RouteRequest
        {
            Snapshot = new CatalogSnapshot(1, [model], ImmutableArray<ProviderListing>.Empty),
            Models = [model.Slug],
            Used = Parameters.Temperature | Parameters.MaxTokens,
            EstimatedPromptTokens = 124,
            MaxOutputTokens = 512,
            Conversation = conversation,
        };
        return () =>
        {
            if (RoutePlanner.Plan(in request, health, random, table).Attempts.IsEmpty)
            {
                throw new InvalidOperationException("The plan is empty.");
            }
        };
    }

    public static Action RecordSuccess()
    {
        var health = new HealthRegistry(TimeProvider.System);
        var endpoint = ModelWith(1).Endpoints[0];
        return () => health.RecordSuccess(endpoint, 200, 900, 96);
    }

    private static Model ModelWith(int endpoints)
    {
        var list = ImmutableArray.CreateBuilder<Endpoint>(endpoints);
        for (var i = 0; i < endpoints; i++)
        {
            var slug = string.Create(CultureInfo.InvariantCulture, $"provider{i}");
            list.Add(new Endpoint
            {
                Id = $"{slug}|lab/model|large-2",
                Provider = new ProviderListing
                {
                    Slug = slug,
                    Name = slug,
                    BaseUrl = new Uri($"http://127.0.0.1/{slug}/"),
                    ApiKey = "secret",
                },
                Tag = slug,
                ModelSlug = "lab/model",
                UpstreamModel = "large-2",
                Prices = new PriceList { Prompt = new UnitPrice(1_000_000_000 + i), Completion = new UnitPrice(2_000_000_000) },
                Supported = (Parameters)((1UL << 26) - 1),
            });
        }

        return new Model
        {
            Slug = "lab/model",
            Name = "Model",
            Author = "lab",
            CanonicalSlug = "lab/model",
            Endpoints = list.MoveToImmutable(),
        };
    }
}
