using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>Reads members of a source record and adds members to a line. A fact that is not known adds nothing.</summary>
internal static class Facts
{
    /// <summary>What a provider speaks whose line does not say.</summary>
    public const string DefaultProtocol = "openai";

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonObject record) => record.ToJsonString(OneLine);

    public static string? Text(JsonObject record, string name) => record[name] is JsonValue value ? value.ToString() : null;

    public static bool? Flag(JsonObject record, string name) =>
        record[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    public static string[] List(JsonObject record, string name) =>
        record[name] is JsonArray array ? [.. array.Select(item => item!.ToString())] : [];

    /// <summary>The same fact under the line's name for it.</summary>
    public static void Copy(JsonObject source, string from, JsonObject line, string to) =>
        Add(line, to, source[from]?.DeepClone());

    public static void Add(JsonObject line, string name, JsonNode? value)
    {
        if (value is not null and not JsonArray { Count: 0 } and not JsonObject { Count: 0 })
        {
            line[name] = value;
        }
    }

    public static void Add(JsonObject line, string name, IEnumerable<string> values) =>
        Add(line, name, new JsonArray([.. values.Select(value => (JsonNode)value)]));
}
