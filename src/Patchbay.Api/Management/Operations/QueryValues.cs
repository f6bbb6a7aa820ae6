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

    private void Refuse(string name, string reason) =>
        Fault ??= new GatewayError(GatewayErrorKind.InvalidRequest, $"'{name}' {reason}") { Parameter = name };
}
