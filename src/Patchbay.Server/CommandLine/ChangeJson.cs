using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Shows programs what a sync found.</summary>
internal static class ChangeJson
{
    /// <summary>One object: <c>written</c>, <c>sources</c>, <c>applied</c>, <c>waiting</c>. Prices are dollars per unit as
    /// text; what is not known is left out.</summary>
    public static string Write(
        IReadOnlyList<SyncSourceState> sources,
        IReadOnlyList<CatalogChange> applied,
        IReadOnlyList<CatalogChange> waiting,
        bool written)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteBoolean("written", written);
            json.WriteStartArray("sources");
            foreach (var source in sources)
            {
                json.WriteStartObject();
                json.WriteString("name", source.Name);
                json.WriteBoolean("ok", source.Problem is null);
                json.WriteNumber("entries", source.Entries);
                json.WriteNumber("not_taken", source.Unplaced);
                Text(json, "problem", source.Problem);
                if (source.GoodAt is { } good)
                {
                    json.WriteString("good_at", good);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            Changes(json, "applied", applied);
            Changes(json, "waiting", waiting);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static void Changes(Utf8JsonWriter json, string name, IReadOnlyList<CatalogChange> changes)
    {
        json.WriteStartArray(name);
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("model", change.Model);
            Text(json, "provider", change.Provider);
            Text(json, "endpoint", change.IsEndpoint ? change.Subject : null);
            json.WriteString("fact", change.Fact);
            Text(json, "old", change.Old);
            Text(json, "new", change.New);
            json.WriteString("source", change.Source);
            Text(json, "date", change.Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
