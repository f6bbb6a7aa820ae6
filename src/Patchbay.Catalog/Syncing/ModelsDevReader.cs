using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads models.dev's <c>api.json</c>.</summary>
internal static class ModelsDevReader
{
    private static readonly (string Theirs, string Kind)[] Kinds =
    [
        ("input", "prompt"), ("output", "completion"), ("cache_read", "cache_read"), ("cache_write", "cache_write"),
        ("reasoning", "reasoning"), ("input_audio", "audio_input"), ("output_audio", "audio_output"),
    ];

    public static ListReading Read(string source, JsonElement root)
    {
        var names = ProviderNames.Of(source);
        var endpoints = new List<ListedEndpoint>();
        var entries = 0;
        var bad = 0;
        foreach (var provider in root.EnumerateObject())
        {
            if (ListValues.Member(provider.Value, "models") is not { ValueKind: JsonValueKind.Object } models)
            {
                throw new InvalidDataException("the answer is not a list of models.");
            }

            foreach (var model in models.EnumerateObject())
            {
                entries++;
                try
                {
                    endpoints.Add(Read(names.GetValueOrDefault(provider.Name, provider.Name), model));
                }
                catch (BadEntryException)
                {
                    bad++;
                }
            }
        }

        return new ListReading { Source = source, Entries = entries, Bad = bad, Endpoints = endpoints };
    }

    private static ListedEndpoint Read(string provider, JsonProperty entry)
    {
        var model = entry.Value;
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var limit = ListValues.Member(model, "limit") ?? default;
        ListValues.Add(facts, FactNames.Context, RecordFacts.Text(ListValues.Tokens(limit, "context")));
        ListValues.Add(facts, FactNames.MaxOutput, RecordFacts.Text(ListValues.Tokens(limit, "output")));
        if (ListValues.Text(model, "status") is "alpha" or "beta" or "deprecated")
        {
            facts[FactNames.Status] = ListValues.Text(model, "status")!;
        }

        if (ListValues.Member(model, "cost") is { ValueKind: JsonValueKind.Object } cost)
        {
            foreach (var (kind, price) in Prices(cost))
            {
                facts[FactNames.PricePrefix + kind] = price;
            }

            var tiers = Tiers(cost);
            if (tiers.Count > 0)
            {
                facts[FactNames.Tiers] = PriceFacts.TierText(tiers);
            }
        }

        // A model with an own address or client is called in another way than the provider's others.
        return new ListedEndpoint(provider, entry.Name, facts, ModelFacts(model, facts), null,
            IsOrdinary: ListValues.Member(model, "provider") is null);
    }

    private static Dictionary<string, string> Prices(JsonElement cost)
    {
        var prices = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (theirs, kind) in Kinds)
        {
            // Of the parts, zero says that there is no price of its own.
            if (ListValues.PerMillion(cost, theirs, kind) is { } price && (price != "0" || kind is "prompt" or "completion"))
            {
                prices[kind] = price;
            }
        }

        return prices;
    }

    private static List<(long, IReadOnlyDictionary<string, string>)> Tiers(JsonElement cost)
    {
        const int OldThreshold = 200_000;
        var tiers = new List<(long, IReadOnlyDictionary<string, string>)>();
        if (ListValues.Member(cost, "tiers") is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var tier in list.EnumerateArray())
            {
                var about = ListValues.Member(tier, "tier") ?? default;
                if ((ListValues.Text(about, "type") ?? "context") != "context" || ListValues.Tokens(about, "size") is not { } size)
                {
                    throw new BadEntryException();
                }

                tiers.Add((size, Prices(tier)));
            }
        }
        else if (ListValues.Member(cost, "context_over_200k") is { ValueKind: JsonValueKind.Object } over)
        {
            tiers.Add((OldThreshold, Prices(over)));
        }

        return tiers;
    }

    private static SortedDictionary<string, string> ModelFacts(JsonElement model, IReadOnlyDictionary<string, string> endpoint)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        ListValues.Add(facts, FactNames.Name, ListValues.Text(model, "name"));
        ListValues.Add(facts, FactNames.Context, endpoint.GetValueOrDefault(FactNames.Context));
        ListValues.Add(facts, FactNames.MaxOutput, endpoint.GetValueOrDefault(FactNames.MaxOutput));
        ListValues.Add(facts, FactNames.Cutoff, ListValues.Text(model, "knowledge"));
        ListValues.Add(facts, FactNames.Released,
            ListValues.Day(ListValues.Text(model, "release_date")) is { } day ? day.ToString("yyyy-MM-dd") : null);
        ListValues.Add(facts, FactNames.OpenWeights, Text(ListValues.Flag(model, "open_weights")));
        ListValues.Add(facts, FactNames.Reasoning, Text(ListValues.Flag(model, "reasoning")));
        var modalities = ListValues.Member(model, "modalities") ?? default;
        ListValues.Add(facts, FactNames.Input, RecordFacts.Text(ListValues.ReadModalities(modalities, "input")));
        ListValues.Add(facts, FactNames.Output, RecordFacts.Text(ListValues.ReadModalities(modalities, "output")));
        facts[FactNames.Parameters] = RecordFacts.Text((Parameters?)ParametersOf(model))!;
        return facts;
    }

    private static Parameters ParametersOf(JsonElement model)
    {
        var set = Parameters.MaxTokens;
        set |= ListValues.Flag(model, "temperature") == true ? Parameters.Temperature : 0;
        set |= ListValues.Flag(model, "tool_call") == true ? Parameters.Tools | Parameters.ToolChoice : 0;
        set |= ListValues.Flag(model, "reasoning") == true ? Parameters.Reasoning | Parameters.IncludeReasoning : 0;
        set |= ListValues.Flag(model, "structured_output") == true ? Parameters.ResponseFormat | Parameters.StructuredOutputs : 0;
        return set;
    }

    private static string? Text(bool? flag) => flag switch { true => "true", false => "false", null => null };
}
