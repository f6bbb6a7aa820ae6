using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Steps through one object or array and hands out each value as the bytes it stands in, so that a reader can look
/// at the members in another order than they came in. Throws <see cref="JsonException"/> on what is no JSON.</summary>
internal ref struct JsonCursor
{
    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;
    private JsonTokenType _open;

    /// <summary>Stands before the first member or item of the value; of no value where there is none.</summary>
    public JsonCursor(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, JsonText.Strict);
        if (!json.IsEmpty && _reader.Read())
        {
            _open = _reader.TokenType;
        }
    }

    /// <summary>The current member's name as it stands; a name with escapes is none that is looked for.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The current value as it stands.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether the value is an object of which not all members were read.</summary>
    public readonly bool IsObject => _open == JsonTokenType.StartObject;

    /// <summary>Steps to the next member. False at the object's end, and at once for what is no object.</summary>
    public bool NextMember()
    {
        if (_open != JsonTokenType.StartObject || !_reader.Read() || _reader.TokenType != JsonTokenType.PropertyName)
        {
            return End();
        }

        Name = _reader.ValueSpan;
        _reader.Read();
        Take();
        return true;
    }

    /// <summary>Steps to the next item. False at the array's end, and at once for what is no array.</summary>
    public bool NextItem()
    {
        if (_open != JsonTokenType.StartArray || !_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
        {
            return End();
        }

        Take();
        return true;
    }

    /// <summary>Whether the current member has this name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => Name.SequenceEqual(name);

    private void Take()
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        Value = _json[start..(int)_reader.BytesConsumed];
    }

    // Reads on once, which throws where more than white space follows.
    private bool End()
    {
        _open = JsonTokenType.None;
        if (_reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
        {
            _reader.Read();
        }

        return false;
    }
}

/// <summary>What single JSON values stand for.</summary>
internal static class JsonScalar
{
    public static bool IsString(ReadOnlySpan<byte> value) => !value.IsEmpty && value[0] == (byte)'"';

    public static bool IsTrue(ReadOnlySpan<byte> value) => value.SequenceEqual("true"u8);

    /// <summary>A whole number that is not negative; some providers write such numbers as strings. Null for anything else.
    /// </summary>
    public static long? Count(ReadOnlySpan<byte> value)
    {
        var digits = IsString(value) ? value[1..^1] : value;
        return System.Buffers.Text.Utf8Parser.TryParse(digits, out long number, out var used) && used == digits.Length && number >= 0
            ? number
            : null;
    }
}
