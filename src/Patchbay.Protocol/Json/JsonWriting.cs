using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Writes what was read from another body into a request, byte for byte.</summary>
internal static class JsonWriting
{
    /// <summary>A member whose value is a string; an empty one when it is missing.</summary>
    public static void WriteText(this Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonString text)
    {
        json.WritePropertyName(name);
        json.WriteText(text);
    }

    /// <summary>A string; an empty one when it is missing.</summary>
    public static void WriteText(this Utf8JsonWriter json, JsonString text) =>
        json.WriteRawValue(text.IsMissing ? "\"\""u8 : text.Token, skipInputValidation: true);

    /// <summary>A member whose value is JSON that is known to be valid.</summary>
    public static void WriteJson(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    /// <summary>A member that is the JSON schema of a function's arguments. Providers insist on an object schema with a
    /// type; what has none gets it.</summary>
    public static void WriteObjectSchema(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> schema)
    {
        json.WritePropertyName(name);
        var isObject = !schema.IsEmpty && schema.Span[0] == (byte)'{';
        if (isObject && HasType(schema))
        {
            json.WriteRawValue(schema.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        if (isObject)
        {
            var source = new JsonSource(schema);
            while (source.NextMember(out var member))
            {
                json.WritePropertyName(member);
                json.WriteRawValue(source.Member(member).Json.Span, skipInputValidation: true);
            }
        }

        json.WriteEndObject();
    }

    private static bool HasType(ReadOnlyMemory<byte> schema)
    {
        var source = new JsonSource(schema);
        while (source.NextMember(out var name))
        {
            if (name == "type")
            {
                return true;
            }

            source.Skip();
        }

        return false;
    }
}
