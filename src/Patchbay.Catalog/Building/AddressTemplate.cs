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
