using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

/// <summary>Random usage, and the sums that a query must find, by the plain meaning of the query.</summary>
internal static class UsageSample
{
    private static readonly Guid[] Keys = [Guid.CreateVersion7(), Guid.CreateVersion7()];
    private static readonly Guid[] Workspaces = [Guid.CreateVersion7(), Guid.CreateVersion7()];
    private static readonly string[] Models = ["acme/one", "acme/two", "Zed/é"];
    private static readonly string[] Providers = ["Acme", "zed"];
    private static readonly string[] Surfaces = ["completions", "embeddings", "responses", "messages", "rerank", "image"];

    public static Settlement[] Make(Random random, int count, DateTimeOffset start, Guid stranger) =>
        [.. Enumerable.Range(0, count).Select(_ => Make(random, start, stranger))];

    public static UsageDimension[] Dimensions(Random random)
    {
        UsageDimension[] all =
        [
            UsageDimension.Model, UsageDimension.Provider, UsageDimension.Endpoint, UsageDimension.ApiType, UsageDimension.Outcome,
            UsageDimension.IsByok, UsageDimension.Workspace, UsageDimension.Key, UsageDimension.App, UsageDimension.Streamed,
        ];
        random.Shuffle(all);
        return all[..random.Next(4)];
    }

    public static UsageFilter[] Filters(Random random) => random.Next(6) switch
    {
        0 => [new UsageFilter(UsageDimension.Model, UsageOperator.Equal, ["acme/one"])],
        1 => [new UsageFilter(UsageDimension.Provider, (UsageOperator)random.Next(2), ["Acme"])],
        2 =>
        [
            new UsageFilter(UsageDimension.Key, (UsageOperator)random.Next(2, 4), [Keys[0]], random.Next(2) == 0),
            new UsageFilter(UsageDimension.IsByok, UsageOperator.Equal, [random.Next(2) == 0]),
        ],
        3 => [new UsageFilter(UsageDimension.Outcome, UsageOperator.In, [(int)GenerationOutcome.Completed, (int)GenerationOutcome.Cancelled])],
        4 => [new UsageFilter(UsageDimension.Model, (UsageOperator)random.Next(4, 8), ["acme/two"])],
        _ => [],
    };

    /// <summary>The sums by time and dimensions.</summary>
    public static Dictionary<string, UsageTotals> AddUp(IReadOnlyList<Generation> generations, UsageQuery query)
    {
        var sums = new Dictionary<string, UsageTotals>(StringComparer.Ordinal);
        if (query.Grain == UsageGrain.Whole && query.Dimensions.Count == 0)
        {
            sums.Add(NameOf(null, []), default);
        }

        foreach (var generation in generations)
        {
            if (generation.CreatedAt < query.From || generation.CreatedAt >= query.To || !query.Filters.All(filter => Passes(generation, filter)))
            {
                continue;
            }

            var name = NameOf(Bucket(generation.CreatedAt, query.Grain), query.Dimensions.Select(dimension => Text(generation, dimension)));
            sums[name] = Plus(sums.GetValueOrDefault(name), generation);
        }

        return sums;
    }

    public static string NameOf(DateTimeOffset? at, IEnumerable<string?> keys) => string.Join(" | ",
        keys.Select(key => key ?? "-").Prepend(at?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-"));

    private static Settlement Make(Random random, DateTimeOffset start, Guid stranger)
    {
        var failed = random.Next(8) == 0;
        var byok = !failed && random.Next(4) == 0;
        var cost = failed ? 0 : random.NextInt64(0, 50_000_000);
        var loss = random.Next(5) == 0 ? random.NextInt64(1, 1_000_000) : 0;
        var at = start.AddMilliseconds(random.NextInt64(0, (long)TimeSpan.FromDays(14).TotalMilliseconds));
        // So that hours and days begin exactly where some generation does.
        at = random.Next(6) == 0 ? new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero) : at;
        var provider = failed ? null : Providers[random.Next(2)];
        var organization = random.Next(5) == 0 ? stranger : Samples.Organization;
        var generation = new Generation
        {
            Id = GenerationId.Create(at),
            CreatedAt = at,
            OrganizationId = organization,
            WorkspaceId = Workspaces[random.Next(2)],
            KeyId = random.Next(3) is var key and < 2 && organization != stranger ? Keys[key] : null,
            Model = Models[random.Next(3)],
            ProviderName = provider,
            EndpointId = provider is null ? null : provider + ":" + random.Next(2).ToString(CultureInfo.InvariantCulture),
            ApiType = Surfaces[random.Next(Surfaces.Length)],
            Streamed = random.Next(2) == 0,
            Outcome = failed ? (GenerationOutcome)random.Next(2, 4) : (GenerationOutcome)random.Next(2),
            Usage = failed ? default : new Usage
            {
                UncachedInput = random.Next(1000),
                CacheRead = random.Next(2) == 0 ? null : random.Next(100),
                CacheWrite = random.Next(2) == 0 ? null : random.Next(50),
                CacheWrite1h = random.Next(2) == 0 ? null : random.Next(50),
                AudioInput = random.Next(9) == 0 ? random.Next(50) : null,
                Output = random.Next(500),
                Reasoning = random.Next(2) == 0 ? null : random.Next(500),
                ImagesIn = random.Next(9) == 0 ? random.Next(5) : null,
                ImagesOut = random.Next(9) == 0 ? random.Next(5) : null,
                Searches = random.Next(9) == 0 ? random.Next(5) : null,
            },
            Charge = new Money(byok ? cost / 20 : cost),
            ProviderCost = new Money(cost),
            Loss = new Money(loss),
            IsByok = byok,
            LatencyMs = random.Next(4) == 0 ? null : random.Next(1500),
            DurationMs = random.Next(1500, 9000),
            Referer = random.Next(3) switch { 0 => null, 1 => "", _ => "https://app.test/" },
        };
        return new Settlement(
            generation,
            cost > 0 ? "acme" : null,
            loss > 0 ? [new LossPosting(LedgerAccount.LossWaived, "acme", new Money(loss))] : []);
    }

    private static DateTimeOffset? Bucket(DateTimeOffset at, UsageGrain grain) => grain switch
    {
        UsageGrain.Whole => null,
        UsageGrain.Minute => new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, at.Minute, 0, TimeSpan.Zero),
        UsageGrain.Hour => new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero),
        UsageGrain.Day => new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero),
        UsageGrain.Week => new DateTimeOffset(at.UtcDateTime.Date.AddDays(-(((int)at.DayOfWeek + 6) % 7)), TimeSpan.Zero),
        _ => new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero),
    };

    private static bool Passes(Generation generation, UsageFilter filter)
    {
        var value = Text(generation, filter.Dimension);
        var values = filter.Values.Select(wanted => wanted switch
        {
            int outcome => ((GenerationOutcome)outcome).ToString().ToLowerInvariant(),
            bool flag => flag ? "true" : "false",
            _ => wanted.ToString()!,
        }).ToList();
        var order = string.CompareOrdinal(value, values[0]);
        return filter.Operator switch
        {
            UsageOperator.Equal => value == values[0],
            UsageOperator.NotEqual => value != values[0],
            UsageOperator.In => value is null ? filter.IncludeUnset : values.Contains(value),
            UsageOperator.NotIn => value is null ? filter.IncludeUnset : !values.Contains(value),
            UsageOperator.Greater => order > 0,
            UsageOperator.GreaterOrEqual => order >= 0,
            UsageOperator.Less => order < 0,
            _ => order <= 0,
        };
    }

    private static string? Text(Generation generation, UsageDimension dimension) => dimension switch
    {
        UsageDimension.Model => generation.Model,
        UsageDimension.Provider => generation.ProviderName,
        UsageDimension.Endpoint => generation.EndpointId,
        UsageDimension.ApiType => generation.ApiType,
        UsageDimension.Outcome => generation.Outcome.ToString().ToLowerInvariant(),
        UsageDimension.IsByok => generation.IsByok ? "true" : "false",
        UsageDimension.Workspace => generation.WorkspaceId.ToString(),
        UsageDimension.Key => generation.KeyId?.ToString(),
        UsageDimension.Streamed => generation.Streamed ? "true" : "false",
        _ => generation.Referer is { Length: > 0 } app ? app : null,
    };

    private static UsageTotals Plus(UsageTotals sum, Generation generation)
    {
        var usage = generation.Usage;
        var timed = generation.LatencyMs is not null;
        return sum with
        {
            Requests = sum.Requests + 1,
            Failed = sum.Failed + (generation.Outcome >= GenerationOutcome.Failed ? 1 : 0),
            Cancelled = sum.Cancelled + (generation.Outcome == GenerationOutcome.Cancelled ? 1 : 0),
            Credits = sum.Credits + generation.Charge,
            ByokCredits = sum.ByokCredits + (generation.IsByok ? generation.Charge : Money.Zero),
            Cost = sum.Cost + generation.ProviderCost,
            ByokCost = sum.ByokCost + (generation.IsByok ? generation.ProviderCost : Money.Zero),
            Loss = sum.Loss + generation.Loss,
            PromptTokens = sum.PromptTokens + usage.PromptTokens,
            CompletionTokens = sum.CompletionTokens + usage.CompletionTokens,
            ReasoningTokens = sum.ReasoningTokens + (usage.Reasoning ?? 0),
            CachedTokens = sum.CachedTokens + (usage.CacheRead ?? 0),
            CacheWriteTokens = sum.CacheWriteTokens + (usage.CacheWrite ?? 0) + (usage.CacheWrite1h ?? 0),
            ImagesIn = sum.ImagesIn + (usage.ImagesIn ?? 0),
            ImagesOut = sum.ImagesOut + (usage.ImagesOut ?? 0),
            Searches = sum.Searches + (usage.Searches ?? 0),
            Timed = sum.Timed + (timed ? 1 : 0),
            Latency = sum.Latency + (generation.LatencyMs ?? 0),
            TimedTokens = sum.TimedTokens + (timed ? usage.CompletionTokens : 0),
            Generating = sum.Generating + (timed ? generation.DurationMs - generation.LatencyMs!.Value : 0),
        };
    }
}
