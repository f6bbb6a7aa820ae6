using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Steps through the members of a JSON object in a span and hands out their values as slices of it. An absent
/// object and a value of another kind have no members.</summary>
internal ref struct JsonMembers
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly bool _isObject;
    private Utf8JsonReader _reader;

    /// <summary>Stands before the first member.</summary>
    public JsonMembers(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, JsonText.Strict);
        _isObject = !json.IsEmpty && _reader.Read() && _reader.TokenType == JsonTokenType.StartObject;
    }

    /// <summary>The current member's name as it stands: no name that we know needs escapes.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The current member's value as it stands; empty for null.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether a text is one JSON object and nothing else.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonText.Strict);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        reader.Skip();
        return !reader.Read();
    }

    /// <summary>The value of the first member of this name; empty when there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var members = new JsonMembers(json);
        while (members.Next())
        {
            if (members.Is(name))
            {
                return members.Value;
            }
        }

        return default;
    }

    /// <summary>Steps to the next member. False at the object's end.</summary>
    public bool Next()
    {
        if (!_isObject || !_reader.Read() || _reader.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        Name = _reader.ValueSpan;
        _reader.Read();
        var start = (int)_reader.TokenStartIndex;
        var isNull = _reader.TokenType == JsonTokenType.Null;
        _reader.Skip();
        Value = isNull ? default : _json[start..(int)_reader.BytesConsumed];
        return true;
    }

    /// <summary>Whether the current member has this name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => Name.SequenceEqual(name);
}

/// <summary>Steps through the items of a JSON array in a span. Another value has none.</summary>
internal ref struct JsonItems
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly bool _isArray;
    private Utf8JsonReader _reader;

    /// <summary>Stands before the first item.</summary>
    public JsonItems(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, JsonText.Strict);
        _isArray = !json.IsEmpty && _reader.Read() && _reader.TokenType == JsonTokenType.StartArray;
    }

    /// <summary>The current item as it stands.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Steps to the next item. False at the array's end.</summary>
    public bool Next()
    {
        if (!_isArray || !_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        Value = _json[start..(int)_reader.BytesConsumed];
        return true;
    }
}
