using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads <c>providers</c>.</summary>
internal static partial class ProviderReader
{
    /// <summary>The words of <c>protocol</c>.</summary>
    internal static readonly string[] Protocols =
    [
        "openai", "openai-responses", "anthropic", "gemini", "vertex", "vertex-anthropic", "vertex-rawpredict", "bedrock",
        "bedrock-anthropic", "azure-openai", "cohere", "mistral", "ollama", "replicate",
    ];

    // The schemes of the built-in providers, by their slugs.
    private static readonly Lazy<FrozenDictionary<string, string>> BuiltInSchemes = new(() => CatalogData.ReadProviders()
        .ToFrozenDictionary(record => record.Slug, record => record.Auth, StringComparer.Ordinal));

    public static bool IsBuiltIn(string slug) => BuiltInSchemes.Value.ContainsKey(slug);

    public static IReadOnlyCollection<string> BuiltIn => BuiltInSchemes.Value.Keys;

    public static List<OperatorProvider> Read(YamlSection root, ReadContext context)
    {
        var result = new List<OperatorProvider>();
        foreach (var (node, path) in root.Items("providers") ?? [])
        {
            if (YamlSection.Open(context, node, path) is { } section && ReadOne(section) is { } provider)
            {
                if (result.Exists(other => other.Slug == provider.Slug))
                {
                    section.Problem("slug", $"{section.Shown("slug")} is listed twice.");
                }
                else
                {
                    result.Add(provider);
                }
            }
        }

        return result;
    }

    private static string[]? Quirks(YamlSection section)
    {
        if (section.Texts("quirks") is not { } items)
        {
            return null;
        }

        foreach (var (text, path, node) in items)
        {
            if (!ProviderQuirks.IsKnown(text))
            {
                section.Problem(node, path, $"'{node}' is not known{NearestName.Suggest(text, ProviderQuirks.All)}");
            }
        }

        return [.. items.Select(item => item.Text)];
    }

    private static OperatorProvider? ReadOne(YamlSection section)
    {
        var slug = section.RequiredText("slug");
        if (slug is not null && !Slug.IsMatch(slug))
        {
            section.Problem("slug",
                $"{section.Shown("slug")} is not a provider slug: lower-case letters, digits, '.', '_' and '-'.");
        }

        var hasUrl = section.Has("base_url");
        var baseUrl = BaseUrl(section);
        var policy = section.Section("data_policy");
        var provider = new OperatorProvider
        {
            Slug = slug ?? "",
            Name = section.Text("name"),
            Protocol = section.Word("protocol", Protocols),
            BaseUrl = baseUrl,
            Auth = AuthReader.Read(section, slug is null ? null : BuiltInSchemes.Value.GetValueOrDefault(slug)),
            Headers = Headers(section),
            Trains = policy?.Flag("trains"),
            Retains = policy?.Flag("retains"),
            RetentionDays = (int?)policy?.Whole("retention_days", 0, 36_500),
            Zdr = policy?.Flag("zdr"),
            Headquarters = Country(section),
            Quirks = Quirks(section),
            CancelStopsBilling = section.Flag("cancel_stops_billing"),
            Enabled = section.Flag("enabled"),
            Simulated = section.Flag("simulated"),
        };
        policy?.Close();
        section.Close();
        if (slug is null)
        {
            return null;
        }

        if (!IsBuiltIn(slug))
        {
            if (!hasUrl)
            {
                section.Problem("base_url", "is missing; a provider that is not built in needs it.");
            }
            else if (provider.Auth is { KeyGiven: false, Word: null } && baseUrl is { IsLoopback: false })
            {
                section.Warning("api_key",
                    "is missing, so this provider has no credential; write 'auth: none' if it needs none.");
            }
        }

        return provider;
    }

    private static Uri? BaseUrl(YamlSection section)
    {
        if (section.Text("base_url") is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            section.Problem("base_url", "is not an absolute http or https address.");
            return null;
        }

        if (uri.UserInfo.Length > 0)
        {
            section.Problem("base_url", "must not contain a user name or password; use api_key or headers.");
            return null;
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            section.Problem("base_url", "must not have a query or fragment.");
            return null;
        }

        return uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");
    }

    private static IReadOnlyList<KeyValuePair<string, string>>? Headers(YamlSection section)
    {
        var headers = section.Pairs("headers");
        foreach (var (name, value) in headers ?? [])
        {
            if (!HeaderName.IsMatch(name))
            {
                section.Problem("headers", $"'{name}' is not a header name.");
            }
            else if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                section.Problem("headers", $"the value of '{name}' is not plain ASCII text.");
            }
        }

        return headers;
    }

    private static string? Country(YamlSection section)
    {
        var code = section.Text("headquarters");
        if (code is not null && !CountryCode.IsMatch(code))
        {
            section.Problem("headquarters",
                $"{section.Shown("headquarters")} is not a country code of two capital letters.");
        }

        return code;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Slug { get; }

    [GeneratedRegex("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName { get; }

    [GeneratedRegex("^[A-Z]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex CountryCode { get; }
}
