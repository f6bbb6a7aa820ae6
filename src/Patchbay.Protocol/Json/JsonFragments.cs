using System.Text;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>JSON inside of JSON strings, as tool arguments are.</summary>
internal static class JsonFragments
{
    /// <summary>The JSON object that a string holds, as bytes. Empty when it holds none: models write broken arguments, and
    /// callers send them back.</summary>
    public static byte[] ObjectIn(JsonString text)
    {
        if (text.IsEmpty)
        {
            return [];
        }

        var json = Encoding.UTF8.GetBytes(text.ToString());
        try
        {
            var reader = new Utf8JsonReader(json, JsonText.Strict);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Skip();
                return reader.Read() ? [] : json;
            }
        }
        catch (JsonException)
        {
            // Not JSON: the model's mistake, which its tool result will have said.
        }

        return [];
    }
}
