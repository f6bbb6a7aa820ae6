using System.Globalization;
using System.Text.Json;

namespace Patchbay.Catalog;

/// <summary>Reads OpenRouter's list of models.</summary>
internal static class OpenRouterReader
{
    public static ListReading Read(string source, JsonElement root)
    {
        if (ListValues.Member(root, "data") is not { ValueKind: JsonValueKind.Array } data)
        {
            throw new InvalidDataException("the answer is not a list of models.");
        }

        var models = new List<ListedModel>();
        var entries = 0;
        var bad = 0;
        foreach (var entry in data.EnumerateArray())
        {
            entries++;
            if (ListValues.Text(entry, "id") is not { } slug || ListValues.Member(entry, "pricing") is not { } pricing)
            {
                bad++;
            }
            else if (!IsAlias(slug, pricing))
            {
                models.Add(new ListedModel(slug, ListValues.Text(entry, "canonical_slug"), Facts(entry)));
            }
        }

        var next = ListValues.Member(root, "links") is { } links ? ListValues.Text(links, "next") : null;
        return new ListReading
        {
            Source = source,
            Entries = entries,
            Bad = bad,
            Models = models,
            Next = next,
            IsWhole = next is null,
        };
    }

    // Names that mean other models: "~author/x-latest", variants after a colon, and routers, whose price is -1.
    private static bool IsAlias(string slug, JsonElement pricing) =>
        slug.StartsWith('~') || slug.Contains(':', StringComparison.Ordinal) || ListValues.Text(pricing, "prompt") == "-1";

    private static SortedDictionary<string, string> Facts(JsonElement entry)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        ListValues.Add(facts, FactNames.Name, ListValues.Text(entry, "name"));
        if (ListValues.Member(entry, "created") is { ValueKind: JsonValueKind.Number } created
            && created.TryGetInt64(out var seconds) && seconds > 0)
        {
            facts[FactNames.Created] = seconds.ToString(CultureInfo.InvariantCulture);
        }

        ListValues.Add(facts, FactNames.Context, RecordFacts.Text(ListValues.Tokens(entry, "context_length")));
        ListValues.Add(facts, FactNames.Parameters, RecordFacts.Text(ListValues.ReadParameters(entry, "supported_parameters")));
        ListValues.Add(facts, FactNames.HuggingFace, ListValues.Text(entry, "hugging_face_id"));
        ListValues.Add(facts, FactNames.Cutoff, ListValues.Text(entry, "knowledge_cutoff"));
        if (ListValues.Day(ListValues.Text(entry, "expiration_date")) is { } day)
        {
            facts[FactNames.Expires] = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        var architecture = ListValues.Member(entry, "architecture") ?? default;
        ListValues.Add(facts, FactNames.Input, RecordFacts.Text(ListValues.ReadModalities(architecture, "input_modalities")));
        ListValues.Add(facts, FactNames.Output, RecordFacts.Text(ListValues.ReadModalities(architecture, "output_modalities")));
        return facts;
    }
}
