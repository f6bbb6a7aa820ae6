namespace Patchbay.Catalog;

/// <summary>Addresses with names in braces, each of which an environment variable fills.</summary>
internal static class AddressTemplate
{
    /// <summary>The address with a slash at its end. Null when there is none, when a variable is not set (its name goes
    /// into <paramref name="missing"/>), or when a variable holds what cannot stand in a host name or path.</summary>
    public static string? Fill(
        string? template,
        KeyValuePair<string, string>[]? settings,
        ICredentialSource credentials,
        List<string> missing)
    {
        if (template is null)
        {
            return null;
        }

        foreach (var (name, variable) in settings ?? [])
        {
            var mark = "{" + name + "}";
            if (!template.Contains(mark, StringComparison.Ordinal))
            {
                continue;
            }

            // Some providers tell their customers to write the whole address of the host.
            var value = credentials.Find(variable)?.Replace("https://", "", StringComparison.Ordinal).TrimEnd('/') ?? "";
            if (value.Length == 0 || !IsPlain(value))
            {
                missing.Add(variable);
                continue;
            }

            template = template.Replace(mark, value, StringComparison.Ordinal);
        }

        if (template.Contains('{', StringComparison.Ordinal))
        {
            return null;
        }

        return template.EndsWith('/') ? template : template + "/";
    }

    /// <summary>The address with a slash at its end, filled by name. Null when a value is missing, or cannot stand in a host
    /// name or path.</summary>
    public static string? Fill(string template, IReadOnlyDictionary<string, string> values)
    {
        foreach (var name in Names(template))
        {
            if (!values.TryGetValue(name, out var value) || value.Length == 0 || !IsPlain(value))
            {
                return null;
            }

            template = template.Replace("{" + name + "}", value, StringComparison.Ordinal);
        }

        return template.EndsWith('/') ? template : template + "/";
    }

    /// <summary>The names in braces, each once.</summary>
    public static IReadOnlyList<string> Names(string template)
    {
        var names = new List<string>();
        for (var start = template.IndexOf('{', StringComparison.Ordinal); start >= 0;
            start = template.IndexOf('{', start + 1))
        {
            var name = template[(start + 1)..template.IndexOf('}', start)];
            if (!names.Contains(name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    private static bool IsPlain(string value)
    {
        foreach (var one in value)
        {
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}
