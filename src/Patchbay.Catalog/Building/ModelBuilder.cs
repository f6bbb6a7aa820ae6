using System.Collections.Immutable;
using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Joins the stored facts of a model and its endpoints with the operator's.</summary>
internal static class ModelBuilder
{
    /// <summary>What OpenAI's chat API takes; for the operator's own models that do not say.</summary>
    private const Parameters AllChatParameters = (Parameters)((1UL << 26) - 1);

    public static Model Build(
        ModelRecord? record,
        IReadOnlyList<EndpointRecord> endpoints,
        OperatorModel? own,
        IReadOnlyDictionary<string, ProviderListing> providers)
    {
        var slug = own?.Slug ?? record!.Slug;
        var name = own?.Name ?? record?.Name ?? slug;
        var author = slug[..slug.IndexOf('/', StringComparison.Ordinal)];
        var input = own?.Input ?? record?.Input ?? Modalities.Text;
        var output = own?.Output ?? record?.Output ?? Modalities.Text;
        var supported = own?.Supported
            ?? (record is null ? AllChatParameters : record.Parameters ?? Parameters.None);
        var context = own?.ContextLength ?? record?.Context;
        var maxOutput = own?.MaxOutputTokens ?? record?.MaxOutput;

        var built = new List<Endpoint>(endpoints.Count);
        foreach (var endpoint in endpoints)
        {
            if (own is not null && (own.Replace || own.Endpoints.Any(other => other.Provider == endpoint.Provider)))
            {
                continue;
            }

            if (providers.TryGetValue(endpoint.Provider, out var provider))
            {
                var tag = endpoint.Tag ?? TagOf(endpoint.Provider, endpoint.Quantization, endpoint.Region);
                built.Add(new Endpoint
                {
                    Id = $"{tag}|{slug}|{endpoint.Id}",
                    Provider = provider,
                    Tag = tag,
                    ModelSlug = slug,
                    UpstreamModel = endpoint.Id,
                    Prices = endpoint.Prices,
                    ContextLength = endpoint.Context ?? context,
                    MaxOutputTokens = endpoint.MaxOutput,
                    Quantization = endpoint.Quantization,
                    Supported = endpoint.Parameters ?? supported,
                    Input = input,
                    Output = output,
                    Region = endpoint.Region,
                    DisputedPrice = endpoint.Disputed,
                });
            }
        }

        foreach (var endpoint in own?.Endpoints ?? [])
        {
            if (providers.TryGetValue(endpoint.Provider, out var provider))
            {
                var tag = endpoint.Tag ?? TagOf(endpoint.Provider, endpoint.Quantization, endpoint.Region);
                built.Add(new Endpoint
                {
                    Id = $"{tag}|{slug}|{endpoint.Model}",
                    Provider = provider,
                    Tag = tag,
                    ModelSlug = slug,
                    UpstreamModel = endpoint.Model,
                    Prices = endpoint.Prices,
                    ContextLength = endpoint.ContextLength ?? context,
                    MaxOutputTokens = endpoint.MaxOutputTokens ?? own!.MaxOutputTokens,
                    Quantization = endpoint.Quantization,
                    Supported = endpoint.Supported ?? supported,
                    Input = input,
                    Output = output,
                    Region = endpoint.Region,
                });
            }
        }

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
            Description = own?.Description ?? Describe(author, record?.Released, context, supported),
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

    private static ImmutableArray<Endpoint> CheapestFirst(List<Endpoint> endpoints)
    {
        endpoints.Sort(static (left, right) =>
        {
            var byPrice = Sum(left).CompareTo(Sum(right));
            return byPrice != 0 ? byPrice : string.CompareOrdinal(left.Id, right.Id);
        });
        return [.. endpoints];

        static Int128 Sum(Endpoint endpoint) =>
            (Int128)endpoint.Prices.Prompt.Femtos + endpoint.Prices.Completion.Femtos;
    }

    private static string Describe(string author, DateOnly? released, int? context, Parameters supported)
    {
        var text = $"Chat model by {author}";
        if (released is { } day)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", released {day:yyyy-MM-dd}");
        }

        if (context is { } tokens)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", context of {tokens:N0} tokens");
        }

        return text + ((supported & Parameters.Tools) != 0 ? ", can call tools." : ".");
    }

    private static long UnixSeconds(DateOnly? day) =>
        day is { } date ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds() : 0;
}
