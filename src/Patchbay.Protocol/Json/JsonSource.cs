using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Steps through JSON in memory and hands out its values as slices of that memory, where a reader builds objects
/// that keep them. Every taking method leaves the source at the value's end; a value of another kind is skipped.</summary>
internal ref struct JsonSource
{
    private readonly ReadOnlyMemory<byte> _memory;
    private Utf8JsonReader _reader;

    /// <summary>Stands before the only value.</summary>
    public JsonSource(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        _reader = new Utf8JsonReader(memory.Span, JsonText.Strict);
        _reader.Read();
    }

    /// <summary>The kind of the current value.</summary>
    public readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Whether the current value is an object, to be stepped through by <see cref="NextMember"/>. Another value is
    /// skipped.</summary>
    public bool OpenObject() => Open(JsonTokenType.StartObject);

    /// <summary>Whether the current value is an array, to be stepped through by <see cref="NextItem"/>. Another value is
    /// skipped.</summary>
    public bool OpenArray() => Open(JsonTokenType.StartArray);

    /// <summary>Steps from an object's start, or from the end of a member's value, to the next member's value. False at the
    /// object's end.</summary>
    public bool NextMember(out string name)
    {
        if (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            name = JsonText.String(_reader);
            _reader.Read();
            return true;
        }

        name = "";
        return false;
    }

    /// <summary>Steps from an array's start, or from the end of an item, to the next item. False at the array's end.
    /// </summary>
    public bool NextItem() => _reader.Read() && _reader.TokenType != JsonTokenType.EndArray;

    public void Skip() => _reader.Skip();

    /// <summary>The current value as it stands; empty for null.</summary>
    public ReadOnlyMemory<byte> Json()
    {
        var start = (int)_reader.TokenStartIndex;
        var isNull = _reader.TokenType == JsonTokenType.Null;
        _reader.Skip();
        return isNull ? default : _memory[start..(int)_reader.BytesConsumed];
    }

    /// <summary>The current value under a name, null included.</summary>
    public RawMember Member(string name)
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return new RawMember(name, _memory[start..(int)_reader.BytesConsumed]);
    }

    public JsonString Text()
    {
        if (_reader.TokenType == JsonTokenType.String)
        {
            return JsonString.FromToken(_memory[(int)_reader.TokenStartIndex..(int)_reader.BytesConsumed]);
        }

        _reader.Skip();
        return default;
    }

    public string? Word()
    {
        if (_reader.TokenType == JsonTokenType.String)
        {
            return JsonText.String(_reader);
        }

        _reader.Skip();
        return null;
    }

    public bool? Flag()
    {
        bool? flag = _reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => null,
        };
        _reader.Skip();
        return flag;
    }

    public long? Whole()
    {
        long? number = null;
        if (_reader.TokenType == JsonTokenType.Number && !_reader.TryGetInt64(out var value))
        {
            number = _reader.TryGetDouble(out var real) && Math.Abs(real) < 9e15 && real == Math.Truncate(real) ? (long)real : null;
        }
        else if (_reader.TokenType == JsonTokenType.Number)
        {
            number = _reader.GetInt64();
        }

        _reader.Skip();
        return number;
    }

    public double? Number()
    {
        double? number = _reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : null;
        _reader.Skip();
        return number;
    }

    private bool Open(JsonTokenType start)
    {
        if (_reader.TokenType == start)
        {
            return true;
        }

        _reader.Skip();
        return false;
    }
}
