using System.Text.Json;

namespace Patchbay.Catalog;

/// <summary>Reads the list of models that a provider gives its customers: OpenAI's form
/// (https://platform.openai.com/docs/api-reference/models/list), an array alone, or Google's <c>models</c>
/// (https://ai.google.dev/api/models).</summary>
internal static class ProviderListReader
{
    private static readonly (string Theirs, string Kind)[] Kinds =
    [
        ("prompt", "prompt"), ("completion", "completion"), ("input_cache_read", "cache_read"),
        ("input_cache_write", "cache_write"), ("input_cache_write_1h", "cache_write_1h"), ("internal_reasoning", "reasoning"),
        ("audio", "audio_input"), ("audio_output", "audio_output"), ("image", "image_input"), ("image_output", "image_output"),
        ("request", "request"), ("web_search", "web_search"),
    ];

    public static ListReading Read(string source, string provider, JsonElement root)
    {
        var data = root.ValueKind == JsonValueKind.Array ? root
            : ListValues.Member(root, "data") ?? ListValues.Member(root, "models") ?? default;
        if (data.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException("the answer is not a list of models.");
        }

        var endpoints = new List<ListedEndpoint>();
        var entries = 0;
        var bad = 0;
        foreach (var entry in data.EnumerateArray())
        {
            entries++;
            try
            {
                endpoints.Add(Read(provider, entry));
            }
            catch (BadEntryException)
            {
                bad++;
            }
        }

        return new ListReading
        {
            Source = source,
            Entries = entries,
            Bad = bad,
            Endpoints = endpoints,
            IsWhole = ListValues.Flag(root, "has_more") != true && ListValues.Text(root, "nextPageToken") is null
                && (ListValues.Member(root, "links") is not { } links || ListValues.Text(links, "next") is null),
        };
    }

    private static ListedEndpoint Read(string provider, JsonElement entry)
    {
        const string GooglePrefix = "models/";
        var id = ListValues.Text(entry, "id") ?? ListValues.Text(entry, "name") ?? throw new BadEntryException();
        id = id.StartsWith(GooglePrefix, StringComparison.Ordinal) ? id[GooglePrefix.Length..] : id;
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        ListValues.Add(facts, FactNames.Context, RecordFacts.Text(
            ListValues.Tokens(entry, "context_length", "context_window", "max_model_len", "max_context_length")));
        ListValues.Add(facts, FactNames.MaxOutput, RecordFacts.Text(
            ListValues.Tokens(entry, "max_completion_tokens", "max_output_tokens", "max_output_length", "outputTokenLimit")
            ?? ListValues.Tokens(ListValues.Member(entry, "top_provider") ?? default, "max_completion_tokens")));
        if (ListValues.Member(entry, "pricing") is { ValueKind: JsonValueKind.Object } pricing)
        {
            AddPrices(facts, pricing);
        }

        return new ListedEndpoint(provider, id, facts, null, ListValues.Text(entry, "hugging_face_id"),
            IsOrdinary: !id.Contains(':', StringComparison.Ordinal));
    }

    private static void AddPrices(SortedDictionary<string, string> facts, JsonElement pricing)
    {
        // A router's price is -1, and unknown.
        if (ListValues.Text(pricing, "prompt") is null or "-1" || ListValues.Text(pricing, "completion") is null or "-1")
        {
            return;
        }

        foreach (var (theirs, kind) in Kinds)
        {
            var price = ListValues.PerUnit(pricing, theirs, kind);

            // In this form every part is named, so that zero says nothing but of the two main ones.
            if (price is not null && (price != "0" || kind is "prompt" or "completion"))
            {
                facts[FactNames.PricePrefix + kind] = price;
            }
        }

        var tiers = new List<(long, IReadOnlyDictionary<string, string>)>();
        foreach (var change in ListValues.Member(pricing, "overrides") is { ValueKind: JsonValueKind.Array } overrides
            ? overrides.EnumerateArray() : default)
        {
            if (ListValues.Member(change, "utc_start") is null && ListValues.Tokens(change, "min_prompt_tokens") is { } above)
            {
                var prices = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var (theirs, kind) in Kinds)
                {
                    ListValues.Add(prices, kind, ListValues.PerUnit(change, theirs, kind));
                }

                tiers.Add((above, prices));
            }
        }

        if (tiers.Count > 0)
        {
            facts[FactNames.Tiers] = PriceFacts.TierText(tiers);
        }
    }
}
