using System.Collections.Immutable;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Joins the stored facts of a model and its endpoints with the operator's.</summary>
internal static class ModelBuilder
{
    /// <summary>What OpenAI's chat API takes; for the operator's own models that do not say.</summary>
    private const Parameters AllChatParameters = (Parameters)((1UL << 26) - 1);

    public static Model Build(
        ModelRecord? record,
        ReadOnlySpan<EndpointRecord> endpoints,
        OperatorModel? own,
        Dictionary<string, BuiltProvider> providers)
    {
        var slug = own?.Slug ?? record!.Slug;
        var name = own?.Name ?? record?.Name ?? slug;
        var author = slug[..slug.IndexOf('/', StringComparison.Ordinal)];
        var input = own?.Input ?? record?.Input ?? Modalities.Text;
        var output = own?.Output ?? record?.Output ?? Modalities.Text;
        var supported = own?.Supported
            ?? (record is null ? AllChatParameters : record.Parameters ?? Parameters.None);
        var context = own?.ContextLength ?? record?.Context;
        var kind = record?.Kind ?? Model.ChatKind;
        var maxOutput = own?.MaxOutputTokens ?? record?.MaxOutput;

        var built = new List<Endpoint>(endpoints.Length);
        foreach (var endpoint in endpoints)
        {
            if (!IsReplaced(own, endpoint.Provider) && providers.TryGetValue(endpoint.Provider, out var provider))
            {
                var tag = endpoint.Tag ?? TagOf(endpoint.Provider, endpoint.Quantization, endpoint.Region);
                var form = provider.Form(endpoint.Protocol);
                var ordinary = new Endpoint
                {
                    Id = string.Concat(tag, "|", slug) + "|" + endpoint.Id,
                    Provider = form,
                    Tag = tag,
                    ModelSlug = slug,
                    UpstreamModel = endpoint.Id,
                    Prices = endpoint.Prices.List,
                    PriceKnown = IsPriced(endpoint.Prices, kind),
                    OtherPrices = endpoint.Prices.Others,
                    ContextLength = endpoint.Context ?? context,
                    MaxOutputTokens = endpoint.MaxOutput,
                    Quantization = endpoint.Quantization,
                    Supported = (endpoint.Parameters ?? supported) & ~form.Words.Unknown,
                    Sendable = ~form.Words.Unknown & (own?.Supported is { } exact
                        ? exact
                        : SendableParameters.Of(endpoint.Parameters ?? supported, record!.Temperature == false)),
                    Input = input,
                    Output = output,
                    Region = endpoint.Region,
                    DisputedPrice = endpoint.Disputed,
                    Stage = endpoint.Status,
                    EndsOn = endpoint.Ends,
                };
                built.Add(ordinary);
                if (form.Words.HasServiceTiers && endpoint.Prices is { HasTokenPrices: true, Others.Count: > 0 })
                {
                    TierBuilder.AddTo(built, ordinary);
                }
            }
        }

        foreach (var endpoint in own?.Endpoints ?? [])
        {
            if (providers.TryGetValue(endpoint.Provider, out var provider))
            {
                var form = provider.Form(endpoint.Protocol);
                var tag = endpoint.TagOrDefault;
                built.Add(new Endpoint
                {
                    Id = $"{tag}|{slug}|{endpoint.Model}",
                    Provider = form,
                    ServiceTier = endpoint.ServiceTier,
                    Tag = tag,
                    ModelSlug = slug,
                    UpstreamModel = endpoint.Model,
                    Prices = endpoint.Prices,
                    ContextLength = endpoint.ContextLength ?? context,
                    MaxOutputTokens = endpoint.MaxOutputTokens ?? own!.MaxOutputTokens,
                    Quantization = endpoint.Quantization,
                    Supported = (endpoint.Supported ?? supported) & ~form.Words.Unknown,
                    Sendable = ~form.Words.Unknown & (endpoint.Supported ?? own!.Supported
                        ?? SendableParameters.Of(supported, record?.Temperature == false)),
                    Input = input,
                    Output = output,
                    Region = endpoint.Region,
                });
            }
        }

        TierBuilder.Join(built);
        return new Model
        {
            Slug = slug,
            Name = name,
            Author = author,
            CanonicalSlug = record?.Canonical ?? slug,
            Created = own?.Created ?? record?.Created ?? UnixSeconds(record?.Released),
            ReleaseDate = record?.Released,
            KnowledgeCutoff = record?.Cutoff,
            ContextLength = context,
            MaxOutputTokens = maxOutput,
            Input = input,
            Output = output,
            Tokenizer = record?.Tokenizer,
            InstructType = record?.Instruct,
            Supported = supported,
            Description = own?.Description!,
            Kind = kind,
            License = record?.License,
            OpenWeights = record?.OpenWeights,
            Distillable = own?.Distillable ?? (record?.License is { } license && IsPermissive(license) ? true : null),
            EmbeddingDimensions = record?.Dimensions,
            HuggingFaceId = record?.HuggingFace,
            ExpirationDate = record?.Expires,
            IsModerated = record?.Moderated ?? false,
            Reasoning = record?.Reasoning,
            ReasoningEfforts = record?.Efforts,
            Aliases = own?.Aliases ?? record?.Aliases ?? [],
            Endpoints = CheapestFirst(built),
        };
    }

    /// <summary>The name under which a request may pick one of several forms that a provider offers.</summary>
    internal static string TagOf(string provider, string? quantization, string? region) => (quantization, region) switch
    {
        (null, null) => provider,
        (not null, null) => $"{provider}/{quantization}",
        (null, not null) => $"{provider}/{region}",
        _ => $"{provider}/{quantization}-{region}",
    };

    // These licences set no terms for what a model says.
    private static bool IsPermissive(string license) =>
        license.Equals("MIT", StringComparison.OrdinalIgnoreCase)
        || license.Equals("Apache-2.0", StringComparison.OrdinalIgnoreCase);

    private static ImmutableArray<Endpoint> CheapestFirst(List<Endpoint> endpoints)
    {
        endpoints.Sort(static (left, right) =>
        {
            // What is unknown is not cheap.
            var byPrice = (!left.PriceKnown).CompareTo(!right.PriceKnown);
            byPrice = byPrice != 0 ? byPrice : Sum(left).CompareTo(Sum(right));
            return byPrice != 0 ? byPrice : string.CompareOrdinal(left.Id, right.Id);
        });
        return [.. endpoints];

        static Int128 Sum(Endpoint endpoint) =>
            (Int128)endpoint.Prices.Prompt.Femtos + endpoint.Prices.Completion.Femtos;
    }

    /// <summary>Whether the operator's entries stand in place of what is built in.</summary>
    private static bool IsReplaced(OperatorModel? own, string provider)
    {
        if (own is null || own.Replace)
        {
            return own is not null;
        }

        foreach (var endpoint in own.Endpoints)
        {
            if (endpoint.Provider == provider)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What answers in text is charged by tokens; other media may be charged by the request or the image.</summary>
    private static bool IsPriced(EndpointPrices prices, string kind) =>
        prices.HasTokenPrices
        || (kind is not (Model.ChatKind or "embedding") && (prices.List.Request ?? prices.List.ImageOutput) is not null);

    private static long UnixSeconds(DateOnly? day) =>
        day is { } date ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds() : 0;
}
