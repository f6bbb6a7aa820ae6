using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Walks through a data file: JSON as this repository writes it, without spaces inside a line. The general JSON
/// reader of the runtime is not compiled ahead for this machine's vectors, and so takes most of a cold start; this one is
/// optimised at once. Each distinct text, parameter list and modality list is decoded once and shared.</summary>
internal sealed class DataCursor(byte[] json)
{
    private readonly ByteIndex _index = new(json);
    private readonly List<object?> _values = new(512);
    private int _at;

    /// <summary>Steps over a byte that must come next, and what separates lines before it.</summary>
    public void Expect(char one)
    {
        if (!Take(one))
        {
            throw Broken();
        }
    }

    /// <summary>Steps over this byte if it comes next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Take(char one)
    {
        while (_at < json.Length && json[_at] is (byte)'\n' or (byte)' ' or (byte)',')
        {
            _at++;
        }

        if (_at < json.Length && json[_at] == one)
        {
            _at++;
            return true;
        }

        return false;
    }

    /// <summary>Steps to the value of the next member of the object that was entered; false at its end.</summary>
    public bool Next(out string name)
    {
        if (Take('}'))
        {
            name = "";
            return false;
        }

        name = Shared();
        Expect(':');
        return true;
    }

    public string Text()
    {
        var (start, length, isEscaped) = Span();
        return isEscaped ? Unescape(start, length) : Encoding.UTF8.GetString(json, start, length);
    }

    /// <summary>A text that occurs often.</summary>
    public string Shared()
    {
        var (start, length, isEscaped) = Span();
        var number = Number(start, length, out var isNew);
        if (isNew)
        {
            _values[number] = isEscaped ? Unescape(start, length) : Encoding.UTF8.GetString(json, start, length);
        }

        return (string)_values[number]!;
    }

    public string[] Texts()
    {
        var result = new List<string>();
        Expect('[');
        while (!Take(']'))
        {
            result.Add(Shared());
        }

        return [.. result];
    }

    public bool Flag()
    {
        var flag = json[_at] == 't';
        var word = flag ? "true"u8 : "false"u8;
        if (!json.AsSpan(_at).StartsWith(word))
        {
            throw Broken();
        }

        _at += word.Length;
        return flag;
    }

    public int Int() => checked((int)Long());

    public long Long()
    {
        var number = 0L;
        var start = _at;
        while (_at < json.Length && json[_at] is >= (byte)'0' and <= (byte)'9')
        {
            number = checked((number * 10) + (json[_at++] - '0'));
        }

        return _at > start ? number : throw Broken();
    }

    public DateOnly Day()
    {
        Expect('"');
        var year = Int();
        Expect('-');
        var month = Int();
        Expect('-');
        var day = Int();
        Expect('"');
        return new DateOnly(year, month, day);
    }

    /// <summary>Dollars as plain decimal digits, at most fifteen of them after the point.</summary>
    public UnitPrice Price()
    {
        const int Decimals = 15;
        var (start, length, _) = Span();
        var femtos = 0L;
        var decimals = -1;
        for (var i = start; i < start + length; i++)
        {
            var one = json[i];
            if (one == '.' && decimals < 0)
            {
                decimals = 0;
            }
            else if (one is >= (byte)'0' and <= (byte)'9' && decimals < Decimals)
            {
                femtos = checked((femtos * 10) + (one - '0'));
                decimals += decimals < 0 ? 0 : 1;
            }
            else
            {
                throw Broken();
            }
        }

        for (var i = Math.Max(decimals, 0); i < Decimals; i++)
        {
            femtos = checked(femtos * 10);
        }

        return new UnitPrice(femtos);
    }

    public Parameters ReadParameters()
    {
        if (TryList(out var number) is { } names)
        {
            var set = Parameters.None;
            foreach (var name in names)
            {
                set |= ParameterNames.TryParse(name, out var one) ? one : throw Unknown(name);
            }

            _values[number] = set;
        }

        return _values[number] is Parameters known ? known : Parameters.None;
    }

    public Modalities ReadModalities()
    {
        if (TryList(out var number) is { } names)
        {
            var set = Modalities.None;
            foreach (var name in names)
            {
                set |= ModalityNames.TryParse(name, out var one) ? one : throw Unknown(name);
            }

            // Beside the parameters: their lists never hold the same bytes, but for the empty one.
            _values[number] = set;
        }

        return _values[number] is Modalities known ? known : Modalities.None;
    }

    public static JsonException Unknown(string name) => new($"The catalogue data has the unknown name '{name}'.");

    public JsonException Broken()
    {
        var line = json.AsSpan(0, Math.Min(_at, json.Length)).Count((byte)'\n') + 1;
        return new JsonException($"The catalogue data cannot be read at line {line}, byte {_at}.");
    }

    /// <summary>The names of a list of plain words that was not seen before, or null; the number under which its value is
    /// kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private string[]? TryList(out int number)
    {
        var end = _at;
        while (end < json.Length && json[end] != ']')
        {
            end++;
        }

        number = Number(_at, end - _at, out var isNew);
        if (isNew)
        {
            return Texts();
        }

        _at = end + 1;
        return null;
    }

    /// <summary>Steps over a text: where its bytes are, and whether they hold escapes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Start, int Length, bool IsEscaped) Span()
    {
        Expect('"');
        var start = _at;
        var isEscaped = false;
        for (; _at < json.Length; _at++)
        {
            if (json[_at] == '"')
            {
                _at++;
                return (start, _at - 1 - start, isEscaped);
            }

            if (json[_at] == '\\')
            {
                isEscaped = true;
                _at++;
            }
        }

        throw Broken();
    }

    private string Unescape(int start, int length)
    {
        var reader = new Utf8JsonReader(json.AsSpan(start - 1, length + 2));
        reader.Read();
        return reader.GetString()!;
    }

    private int Number(int start, int length, out bool isNew)
    {
        var number = _index.Number(start, length, out isNew);
        if (isNew)
        {
            _values.Add(null);
        }

        return number;
    }
}
