using System.Globalization;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The parameters of a request's query string. The first fault is kept; an empty value counts as absent.
/// </summary>
internal sealed class QueryValues(HttpRequest request)
{
    /// <summary>What is wrong with the parameters that were read; null when they are good.</summary>
    public GatewayError? Fault { get; private set; }

    /// <summary>A whole number within bounds.</summary>
    public int Number(string name, int least, int most, int absent)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return absent;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Refuse(name, most == int.MaxValue
            ? $"must be a whole number from {least} on."
            : $"must be a whole number from {least} to {most}.");
        return absent;
    }

    /// <summary>Which part of a list is asked for, by <c>offset</c> and <c>limit</c>.</summary>
    /// <param name="most">The largest limit.</param>
    /// <param name="usual">The limit where none is given.</param>
    public (int Offset, int Limit) Page(int most, int usual) =>
        (Number("offset", 0, int.MaxValue, 0), Number("limit", 1, most, usual));

    /// <summary><c>true</c> or <c>false</c>; absent is false.</summary>
    public bool Flag(string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length > 0 && text is not ("true" or "false"))
        {
            Refuse(name, "must be 'true' or 'false'.");
        }

        return text == "true";
    }

    /// <summary>An id (a UUID), or null.</summary>
    public Guid? Id(string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        Refuse(name, "must be a UUID.");
        return null;
    }

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0 || text.Any(char.IsControl))
        {
            Refuse(name, "is required in the query, without control characters.");
        }

        return text;
    }

    /// <summary>A day between two others, both included; null when absent.</summary>
    public DateOnly? Day(string name, DateOnly first, DateOnly last)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day >= first && day <= last)
        {
            return day;
        }

        Refuse(name, string.Create(
            CultureInfo.InvariantCulture, $"must be a date from {first:yyyy-MM-dd} to {last:yyyy-MM-dd}, such as {last:yyyy-MM-dd}."));
        return null;
    }

    /// <summary>The hash of a key, or null.</summary>
    public string? Hash(string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length > 0 && (text.Length != 64 || !text.All(char.IsAsciiHexDigit)))
        {
            Refuse(name, "must be the hash of an API key: 64 hexadecimal digits.");
        }

        return text.Length == 0 ? null : text;
    }

    /// <summary>The only word that it may be, or null.</summary>
    public string? Word(string name, string word)
    {
        var text = request.Query[name].ToString();
        if (text.Length > 0 && text != word)
        {
            Refuse(name, $"must be '{word}'.");
        }

        return text.Length == 0 ? null : text;
    }

    private void Refuse(string name, string reason) =>
        Fault ??= new GatewayError(GatewayErrorKind.InvalidRequest, $"'{name}' {reason}") { Parameter = name };
}
