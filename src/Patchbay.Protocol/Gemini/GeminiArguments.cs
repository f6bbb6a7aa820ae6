using System.Buffers;
using System.Globalization;
using System.Text;

namespace Patchbay.Protocol;

/// <summary>Makes JSON text of arguments that arrive value by value, each with the path of its place
/// (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Content, PartialArg). The values come in the
/// order of the text, so that the text can be written as they come.</summary>
internal sealed class GeminiArguments
{
    private readonly List<string> _path = [];
    private readonly List<string> _next = [];
    private bool _hasBegun;
    private bool _inString;

    /// <summary>Makes it ready for another call.</summary>
    public void Begin()
    {
        _path.Clear();
        _hasBegun = false;
        _inString = false;
    }

    /// <summary>Writes what one entry of <c>partialArgs</c> adds to the text.</summary>
    public void Add(ReadOnlySpan<byte> partial, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> path = default, value = default;
        var goesOn = false;
        var cursor = new JsonCursor(partial);
        while (cursor.NextMember())
        {
            if (cursor.Is("jsonPath"u8))
            {
                path = cursor.Value;
            }
            else if (cursor.Is("willContinue"u8))
            {
                goesOn = JsonScalar.IsTrue(cursor.Value);
            }
            else if (cursor.Is("nullValue"u8))
            {
                value = "null"u8;
            }
            else if (cursor.Is("stringValue"u8) || cursor.Is("numberValue"u8) || cursor.Is("boolValue"u8))
            {
                value = cursor.Value;
            }
        }

        if (value.IsEmpty || !TryReadPath(path))
        {
            return;
        }

        var isString = JsonScalar.IsString(value);
        if (!(_inString && isString && IsSamePath()))
        {
            MoveTo(output);
            if (!isString)
            {
                output.Write(value);
                return;
            }

            output.Write("\""u8);
            _inString = true;
        }

        output.Write(value[1..^1]);
        if (!goesOn)
        {
            CloseString(output);
        }
    }

    /// <summary>Writes the end of the text.</summary>
    public void End(IBufferWriter<byte> output)
    {
        CloseString(output);
        for (var i = _path.Count - 1; i > 0; i--)
        {
            output.Write(IsIndex(_path[i]) ? "]"u8 : "}"u8);
        }

        output.Write(_hasBegun ? "}"u8 : "{}"u8);
        Begin();
    }

    private static bool IsIndex(string segment) => segment[0] == '[';

    private void CloseString(IBufferWriter<byte> output)
    {
        if (_inString)
        {
            output.Write("\""u8);
            _inString = false;
        }
    }

    private bool IsSamePath()
    {
        if (_path.Count != _next.Count)
        {
            return false;
        }

        for (var i = 0; i < _path.Count; i++)
        {
            if (_path[i] != _next[i])
            {
                return false;
            }
        }

        return true;
    }

    // Closes what the last value stood in and the next one does not, and opens what the next one stands in.
    private void MoveTo(IBufferWriter<byte> output)
    {
        CloseString(output);
        var shared = 0;
        while (shared < _path.Count - 1 && shared < _next.Count - 1 && _path[shared] == _next[shared])
        {
            shared++;
        }

        for (var i = _path.Count - 1; i > shared; i--)
        {
            output.Write(IsIndex(_path[i]) ? "]"u8 : "}"u8);
        }

        output.Write(_hasBegun ? ","u8 : "{"u8);
        _hasBegun = true;
        for (var i = shared; i < _next.Count; i++)
        {
            if (!IsIndex(_next[i]))
            {
                output.Write(JsonString.Of(_next[i][1..]).Token);
                output.Write(":"u8);
            }

            if (i + 1 < _next.Count)
            {
                output.Write(IsIndex(_next[i + 1]) ? "["u8 : "{"u8);
            }
        }

        _path.Clear();
        _path.AddRange(_next);
    }

    // $.trip.stops[0]['two words'] (RFC 9535): names as ".trip", indices as "[0".
    private bool TryReadPath(ReadOnlySpan<byte> token)
    {
        _next.Clear();
        var path = Encoding.UTF8.GetString(new JsonScratch().Text(token));
        if (path is not ['$', ..])
        {
            return false;
        }

        var at = 1;
        while (at < path.Length)
        {
            if (path[at] == '.')
            {
                var end = path.AsSpan(at + 1).IndexOfAny('.', '[');
                end = end < 0 ? path.Length : at + 1 + end;
                _next.Add(path[at..end]);
                at = end;
            }
            else if (path[at] == '[' && at + 1 < path.Length && path[at + 1] is '\'' or '"')
            {
                var end = path.IndexOf(path[at + 1] + "]", at + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    return false;
                }

                _next.Add("." + path[(at + 2)..end]);
                at = end + 2;
            }
            else
            {
                var end = path.IndexOf(']', at);
                if (path[at] != '[' || end < 0
                    || !int.TryParse(path.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    return false;
                }

                _next.Add(path[at..end]);
                at = end + 1;
            }
        }

        // The arguments are an object.
        return _next.Count > 0 && !IsIndex(_next[0]);
    }
}
