using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Patchbay.Api;

/// <summary>What the analyst found, in exactly the documented shape.</summary>
internal sealed class FusionAnalysis
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private FusionAnalysis(byte[] json) => Json = json;

    /// <summary>The value of <c>response_format</c> by which it is asked for.</summary>
    public static ReadOnlySpan<byte> Format => """
        {"type":"json_schema","json_schema":{"name":"fusion_analysis","strict":true,"schema":{"type":"object","additionalProperties":false,"required":["consensus","contradictions","partial_coverage","unique_insights","blind_spots"],"properties":{"consensus":{"type":"array","items":{"type":"string"}},"contradictions":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["topic","stances"],"properties":{"topic":{"type":"string"},"stances":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["model","stance"],"properties":{"model":{"type":"string"},"stance":{"type":"string"}}}}}}},"partial_coverage":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["models","point"],"properties":{"models":{"type":"array","items":{"type":"string"}},"point":{"type":"string"}}}},"unique_insights":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["model","insight"],"properties":{"model":{"type":"string"},"insight":{"type":"string"}}}},"blind_spots":{"type":"array","items":{"type":"string"}}}}}}
        """u8;

    /// <summary>The analysis as JSON on one line.</summary>
    public byte[] Json { get; }

    /// <summary>Reads the analyst's text. What is not JSON around the object is passed over, and so are commas too many; a list
    /// that is missing is empty. Null with the reference's word for why when it is not JSON, or not of this shape.</summary>
    public static FusionAnalysis? Read(string text, out string? failure)
    {
        var start = text.IndexOf('{', StringComparison.Ordinal);
        var end = text.LastIndexOf('}');
        failure = "judge_not_valid_json";
        if (start < 0 || end < start)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text.AsMemory(start, end - start + 1), Lenient);
            var json = Normalize(document.RootElement);
            failure = json is null ? "judge_schema_mismatch" : null;
            return json is null ? null : new FusionAnalysis(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[]? Normalize(JsonElement root)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        var some = false;
        var isRight = Strings(json, root, "consensus", ref some)
            && Objects(json, root, "contradictions", ref some, static (json, item) =>
                Text(json, item, "topic") && Stances(json, item))
            && Objects(json, root, "partial_coverage", ref some, static (json, item) =>
            {
                var ignored = false;
                return Text(json, item, "point") && Strings(json, item, "models", ref ignored);
            })
            && Objects(json, root, "unique_insights", ref some, static (json, item) =>
                Text(json, item, "model") && Text(json, item, "insight"))
            && Strings(json, root, "blind_spots", ref some);
        if (!isRight || !some)
        {
            return null;
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static bool Stances(Utf8JsonWriter json, JsonElement item)
    {
        var ignored = false;
        return Objects(json, item, "stances", ref ignored, static (json, stance) =>
            Text(json, stance, "model") && Text(json, stance, "stance"));
    }

    private static bool Text(Utf8JsonWriter json, JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        json.WriteString(name, value.GetString());
        return true;
    }

    private static bool Strings(Utf8JsonWriter json, JsonElement root, string name, ref bool some)
    {
        json.WriteStartArray(name);
        if (root.TryGetProperty(name, out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            some = true;
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.String)
                {
                    return false;
                }

                json.WriteStringValue(item.GetString());
            }
        }

        json.WriteEndArray();
        return true;
    }

    private static bool Objects(
        Utf8JsonWriter json, JsonElement root, string name, ref bool some, Func<Utf8JsonWriter, JsonElement, bool> write)
    {
        json.WriteStartArray(name);
        if (root.TryGetProperty(name, out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            some = true;
            foreach (var item in list.EnumerateArray())
            {
                json.WriteStartObject();
                if (item.ValueKind != JsonValueKind.Object || !write(json, item))
                {
                    return false;
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        return true;
    }
}
