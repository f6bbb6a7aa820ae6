namespace Patchbay.Repository.Tests;

/// <summary>C# source in which comments and the contents of strings are blanks, so that a search for a name finds code
/// only. Offsets and line numbers are those of the source.</summary>
internal sealed class CSharpText
{
    private readonly char[] _code;
    private readonly List<Literal> _literals = [];
    private readonly string _source;
    private int _at;

    private CSharpText(string source)
    {
        _source = source;
        _code = source.ToCharArray();
    }

    public string Code { get; private set; } = "";

    public IReadOnlyList<Literal> Literals => _literals;

    public static CSharpText Of(string source)
    {
        var text = new CSharpText(source);
        text.Read(inHole: false);
        text.Code = new string(text._code);
        return text;
    }

    // Reads code up to the end, or up to the brace that closes an interpolation.
    private void Read(bool inHole)
    {
        var depth = 0;
        while (_at < _source.Length)
        {
            var c = _source[_at];
            if (c == '/' && Peek(1) == '/')
            {
                Blank(LineEnd(_at));
            }
            else if (c == '/' && Peek(1) == '*')
            {
                var end = _source.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                Blank(end < 0 ? _source.Length : end + 2);
            }
            else if (c == '\'')
            {
                _at += Peek(1) == '\\' ? 2 : 1;
                var end = _source.IndexOf('\'', _at + 1);
                _at = end < 0 ? _source.Length : end + 1;
            }
            else if (c == '"')
            {
                ReadString();
            }
            else if (inHole && c == '}' && depth-- == 0)
            {
                return;
            }
            else
            {
                depth += c == '{' ? 1 : 0;
                _at++;
            }
        }
    }

    private void ReadString()
    {
        var dollars = CountBefore('$');
        var isVerbatim = _at > 0 && (_source[_at - 1] == '@' || (dollars > 0 && CharBefore(dollars) == '@'));
        if (isVerbatim && dollars == 0)
        {
            dollars = _at > 1 && _source[_at - 2] == '$' ? 1 : 0;
        }

        var quotes = 0;
        while (Peek(quotes) == '"')
        {
            quotes++;
        }

        var isRaw = quotes >= 3 && !isVerbatim;
        var start = _at + (isRaw ? quotes : 1);
        _at = start;
        while (_at < _source.Length)
        {
            var c = _source[_at];
            if (c == '"' && isRaw && IsRun('"', quotes))
            {
                End(start, quotes);
                return;
            }

            if (c == '"' && isVerbatim && Peek(1) == '"')
            {
                _at += 2;
            }
            else if (c == '"' && !isRaw)
            {
                End(start, 1);
                return;
            }
            else if (c == '\\' && !isRaw && !isVerbatim)
            {
                _at += 2;
            }
            else if (c == '{' && dollars > 0 && IsHole(dollars, isRaw))
            {
                _at += isRaw ? dollars : 1;
                Read(inHole: true);
                _at += isRaw ? dollars : 1;
            }
            else
            {
                _at += c == '{' && dollars > 0 && !isRaw ? 2 : 1;
            }
        }
    }

    private void End(int start, int quotes)
    {
        _literals.Add(new Literal(start, _source[start.._at]));
        for (var i = start; i < _at; i++)
        {
            _code[i] = _source[i] == '\n' ? '\n' : ' ';
        }

        _at += quotes;
    }

    private bool IsHole(int dollars, bool isRaw) => isRaw ? IsRun('{', dollars) : Peek(1) != '{';

    private bool IsRun(char c, int length)
    {
        for (var i = 0; i < length; i++)
        {
            if (Peek(i) != c)
            {
                return false;
            }
        }

        return true;
    }

    private int CountBefore(char c)
    {
        var count = 0;
        while (_at - count > 0 && _source[_at - count - 1] == c)
        {
            count++;
        }

        return count;
    }

    private char CharBefore(int skipped) => _at - skipped > 0 ? _source[_at - skipped - 1] : '\0';

    private char Peek(int ahead) => _at + ahead < _source.Length ? _source[_at + ahead] : '\0';

    private int LineEnd(int from)
    {
        var end = _source.IndexOf('\n', from);
        return end < 0 ? _source.Length : end;
    }

    private void Blank(int end)
    {
        for (; _at < end; _at++)
        {
            _code[_at] = _source[_at] == '\n' ? '\n' : ' ';
        }
    }

    internal readonly record struct Literal(int Offset, string Value);
}
