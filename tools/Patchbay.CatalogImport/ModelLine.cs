using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>A line of models.json.</summary>
internal static class ModelLine
{
    // Moderation verdicts and code are no modality of the public API; code is text.
    private static readonly HashSet<string> Modalities = new(StringComparer.Ordinal)
    {
        "text", "image", "file", "audio", "video", "embeddings", "rerank", "speech", "transcription",
    };

    // Some sources add a default, or nothing, to the efforts.
    private static readonly HashSet<string> Efforts =
        new(StringComparer.Ordinal) { "none", "minimal", "low", "medium", "high", "xhigh", "max" };

    public static JsonObject Of(JsonObject source)
    {
        var line = new JsonObject();
        Facts.Copy(source, "slug", line, "slug");
        Facts.Copy(source, "name", line, "name");
        if (Facts.Text(source, "type") is { } kind and not "chat")
        {
            line["kind"] = kind;
        }

        if (Facts.Text(source, "canonical_slug") is { } canonical && canonical != Facts.Text(source, "slug"))
        {
            line["canonical"] = canonical;
        }

        Facts.Copy(source, "created", line, "created");
        if (Facts.Flag(source, "release_date_is_listing_date") != true)
        {
            Facts.Add(line, "released", Day(Facts.Text(source, "release_date")));
        }

        Facts.Copy(source, "knowledge_cutoff", line, "cutoff");
        Facts.Copy(source, "context_length", line, "context");
        Facts.Copy(source, "max_output_tokens", line, "max_output");
        Facts.Add(line, "input", Facts.List(source, "input_modalities").Where(Modalities.Contains));
        line["output"] = new JsonArray(
            [.. Facts.List(source, "output_modalities").Where(Modalities.Contains).Select(name => (JsonNode)name)]);
        Facts.Copy(source, "tokenizer", line, "tokenizer");
        Facts.Copy(source, "instruct_type", line, "instruct");
        Facts.Copy(source, "hugging_face_id", line, "hugging_face");
        Facts.Copy(source, "license", line, "license");
        Facts.Copy(source, "open_weights", line, "open_weights");
        Facts.Add(line, "expires", Day(Facts.Text(source, "expiration_date")));
        Facts.Add(line, "parameters", Parameters(source));
        if (Facts.Flag(source, "temperature") == false)
        {
            line["temperature"] = false;
        }

        if (Facts.Flag(source, "moderated") == true)
        {
            line["moderated"] = true;
        }

        Facts.Copy(source, "reasoning", line, "reasoning");
        Facts.Add(line, "efforts", Facts.List(source, "reasoning_efforts").Where(Efforts.Contains));
        Facts.Copy(source, "embedding_dimensions", line, "dimensions");
        Facts.Copy(source, "aliases", line, "aliases");
        return line;
    }

    /// <summary>The public list where it exists; else what the known abilities of a chat model say.</summary>
    private static IEnumerable<string> Parameters(JsonObject source)
    {
        if (source["supported_parameters"] is JsonArray known)
        {
            return known.Select(name => name!.ToString()).Order(StringComparer.Ordinal);
        }

        if (Facts.Text(source, "type") is not "chat")
        {
            return [];
        }

        List<string> names = ["max_tokens"];
        Add("temperature", "temperature");
        Add("structured_outputs", "response_format", "structured_outputs");
        Add("tools", "tools", "tool_choice");
        Add("reasoning", "include_reasoning", "reasoning");
        return names;

        void Add(string ability, params string[] parameters)
        {
            if (Facts.Flag(source, ability) == true)
            {
                names.AddRange(parameters);
            }
        }
    }

    /// <summary>A whole date; of a month, its first day.</summary>
    private static JsonNode? Day(string? date) => date?.Length switch
    {
        10 => date,
        7 => date + "-01",
        _ => null,
    };
}
