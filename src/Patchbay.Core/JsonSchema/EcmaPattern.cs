using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Patchbay.Core;

/// <summary>Translates the regular expressions of JSON Schema (ECMA 262) into .NET's that match in linear time. What has
/// no translation gives none: look-around, references to groups, scripts, and repetitions that make a large automaton.
/// </summary>
internal sealed class EcmaPattern
{
    private const int Longest = 1024;
    private const int MostStates = 4_000;
    private const int Deepest = 32;
    private const string Space = @"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(200);

    private readonly string _source;
    private readonly StringBuilder _target = new();
    private int _at;

    private EcmaPattern(string source) => _source = source;

    /// <summary>The expression, or null when there is none.</summary>
    public static Regex? TryCompile(string source)
    {
        if (source.Length > Longest)
        {
            return null;
        }

        var pattern = new EcmaPattern(source);
        if (!pattern.ReadAlternatives(0, out var states) || pattern._at != source.Length || states > MostStates)
        {
            return null;
        }

        try
        {
            return new Regex(
                pattern._target.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MostTime);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    // Up to the end or to a closing parenthesis. Counts the states of the automaton from above.
    private bool ReadAlternatives(int depth, out int states)
    {
        states = 0;
        if (depth > Deepest)
        {
            return false;
        }

        while (_at < _source.Length && _source[_at] != ')')
        {
            var begin = _target.Length;
            var isAssertion = false;
            int size;
            switch (_source[_at])
            {
                case '|':
                    _target.Append('|');
                    _at++;
                    continue;
                case '^':
                    _target.Append('^');
                    _at++;
                    continue;
                case '$':
                    _target.Append(@"\z");
                    _at++;
                    continue;
                case '(':
                    if (!ReadGroup(depth, out size))
                    {
                        return false;
                    }

                    break;
                case '[':
                    if (!ReadClass())
                    {
                        return false;
                    }

                    size = 1;
                    break;
                case '\\':
                    if (!ReadEscape(inClass: false, out isAssertion))
                    {
                        return false;
                    }

                    size = 1;
                    break;
                case '.':
                    _target.Append(Not(@"\n\r\u2028\u2029"));
                    _at++;
                    size = 2;
                    break;
                case '*' or '+' or '?' or '{' or '}' or ']':
                    return false;
                default:
                    ReadLiteral();
                    size = 1;
                    break;
            }

            if (!ReadQuantifier(isAssertion, ref size))
            {
                return false;
            }

            states += size;
            if (states > MostStates || _target.Length - begin > Longest * 16)
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadGroup(int depth, out int size)
    {
        size = 0;
        _at++;
        var rest = _source.AsSpan(_at);
        if (rest.StartsWith("?:"))
        {
            _at += 2;
        }
        else if (rest.StartsWith("?<") && !rest.StartsWith("?<=") && !rest.StartsWith("?<!") && rest.Contains('>'))
        {
            _at += rest.IndexOf('>') + 1;
        }
        else if (rest.StartsWith("?"))
        {
            return false;
        }

        _target.Append("(?:");
        if (!ReadAlternatives(depth + 1, out size) || _at >= _source.Length)
        {
            return false;
        }

        _at++;
        _target.Append(')');
        return true;
    }

    private bool ReadQuantifier(bool isAssertion, ref int size)
    {
        if (_at >= _source.Length || _source[_at] is not ('*' or '+' or '?' or '{'))
        {
            return true;
        }

        if (isAssertion)
        {
            return false;
        }

        if (_source[_at] != '{')
        {
            size += 1;
            _target.Append(_source[_at++]);
        }
        else
        {
            var end = _source.IndexOf('}', _at);
            if (end < 0 || !ReadCounts(_source.AsSpan((_at + 1)..end), out var most))
            {
                return false;
            }

            size = (int)Math.Min(int.MaxValue / 2, (long)size * Math.Max(1, most));
            _target.Append(_source, _at, end + 1 - _at);
            _at = end + 1;
        }

        if (_at < _source.Length && _source[_at] == '?')
        {
            // Lazy or not makes no difference to whether there is a match.
            _at++;
        }

        return true;
    }

    private static bool ReadCounts(ReadOnlySpan<char> counts, out int most)
    {
        var comma = counts.IndexOf(',');
        var least = comma < 0 ? counts : counts[..comma];
        most = 0;
        if (!int.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out var minimum))
        {
            return false;
        }

        most = minimum;
        return comma < 0 || comma == counts.Length - 1
            || (int.TryParse(counts[(comma + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out most) && most >= minimum);
    }

    // A character beyond 16 bits is one in ECMA's expressions and two in .NET's.
    private void ReadLiteral()
    {
        var length = char.IsHighSurrogate(_source[_at]) && _at + 1 < _source.Length && char.IsLowSurrogate(_source[_at + 1]) ? 2 : 1;
        var text = _source.Substring(_at, length);
        _target.Append(length == 2 ? $"(?:{text})" : Regex.Escape(text));
        _at += length;
    }

    private bool ReadClass()
    {
        _at++;
        var isNegated = _at < _source.Length && _source[_at] == '^';
        _at += isNegated ? 1 : 0;
        var begin = _target.Length;

        if (_at < _source.Length && _source[_at] == ']')
        {
            return false;
        }

        while (_at < _source.Length && _source[_at] != ']')
        {
            var unit = _source[_at];
            if (char.IsSurrogate(unit))
            {
                return false;
            }

            if (unit == '\\')
            {
                if (!ReadEscape(inClass: true, out _))
                {
                    return false;
                }

                continue;
            }

            // In .NET's classes a bracket after a hyphen would subtract.
            _target.Append(unit is '[' or '^' ? $"\\{unit}" : unit.ToString());
            _at++;
        }

        if (_at >= _source.Length)
        {
            return false;
        }

        _at++;
        var inside = _target.ToString(begin, _target.Length - begin);
        _target.Length = begin;
        _target.Append(isNegated ? Not(inside) : $"[{inside}]");
        return true;
    }

    // One character that is none of these, also one that takes two units.
    private static string Not(string inside) => $@"(?:[^{inside}\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])";

    private bool ReadEscape(bool inClass, out bool isAssertion)
    {
        isAssertion = false;
        if (_at + 1 >= _source.Length)
        {
            return false;
        }

        var name = _source[_at + 1];
        _at += 2;
        switch (name)
        {
            case 'd':
                _target.Append(inClass ? "0-9" : "[0-9]");
                return true;
            case 'w':
                _target.Append(inClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]");
                return true;
            case 's':
                _target.Append(inClass ? Space : $"[{Space}]");
                return true;
            case 'D' when !inClass:
                _target.Append(Not("0-9"));
                return true;
            case 'W' when !inClass:
                _target.Append(Not("A-Za-z0-9_"));
                return true;
            case 'S' when !inClass:
                _target.Append(Not(Space));
                return true;
            case 'b' or 'B' when !inClass:
                isAssertion = true;
                _target.Append('\\').Append(name);
                return true;
            case 't' or 'n' or 'r' or 'f' or 'v':
                _target.Append('\\').Append(name);
                return true;
            case '0':
                _target.Append(@"\u0000");
                return _at >= _source.Length || !char.IsAsciiDigit(_source[_at]);
            case 'p' or 'P':
                return ReadCategory(name);
            case 'u':
                return ReadUnit(4);
            case 'x':
                return ReadUnit(2);
            default:
                if (char.IsAsciiLetterOrDigit(name))
                {
                    return false;
                }

                _target.Append(Regex.Escape(name.ToString()) is [var plain] && "-]^".Contains(plain, StringComparison.Ordinal)
                    ? $"\\{plain}"
                    : Regex.Escape(name.ToString()));
                return true;
        }
    }

    // Only the short names of general categories mean the same in both.
    private bool ReadCategory(char name)
    {
        var end = _at < _source.Length && _source[_at] == '{' ? _source.IndexOf('}', _at) : -1;
        if (end - _at is not (2 or 3))
        {
            return false;
        }

        _target.Append('\\').Append(name).Append(_source, _at, end + 1 - _at);
        _at = end + 1;
        return true;
    }

    private bool ReadUnit(int digits)
    {
        if (_at + digits > _source.Length
            || !ushort.TryParse(
                _source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            || char.IsSurrogate((char)unit))
        {
            return false;
        }

        _target.Append(CultureInfo.InvariantCulture, $@"\u{unit:x4}");
        _at += digits;
        return true;
    }
}
