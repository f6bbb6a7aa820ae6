using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Joins the stored facts of a provider, the operator's fields and the key at hand.</summary>
internal static class ProviderBuilder
{
    public static ProviderListing Build(ProviderRecord? record, OperatorProvider? own, ICredentialSource credentials)
    {
        var baseUrl = own?.BaseUrl ?? WithSlash(record?.BaseUrl);
        var env = (IReadOnlyList<string>?)record?.Env ?? [];
        var auth = own?.Auth.Word ?? record?.Auth ?? DefaultAuth(own!, baseUrl);
        var finds = AuthScheme.TryParse(auth, out var scheme) && scheme.FindsCredential;
        return new ProviderListing
        {
            Slug = own?.Slug ?? record!.Slug,
            Name = own?.Name ?? record?.Name ?? own!.Slug,
            Protocol = own?.Protocol ?? "openai",
            BaseUrl = baseUrl,
            Auth = auth,
            AuthSettings = own?.Auth.Settings ?? AuthSettings.Empty,
            FindsCredential = finds && IsWanted(own?.Auth, env, credentials),
            ApiKeyEnv = env,
            ApiKey = finds ? null : own is { Auth.KeyGiven: true } ? own.Auth.Key : FirstKey(env, credentials),
            Headers = own?.Headers ?? [],
            Headquarters = own?.Headquarters ?? record?.Headquarters,
            Datacenters = record?.Datacenters,
            PrivacyPolicyUrl = Link(record?.Privacy),
            TermsUrl = Link(record?.Terms),
            StatusPageUrl = Link(record?.Status),
            DocsUrl = Link(record?.Docs),
            Policy = new DataPolicy
            {
                TrainsOnPrompts = own?.Trains ?? record?.Trains,
                RetainsPrompts = own?.Retains ?? record?.Retains,
                RetentionDays = own?.RetentionDays ?? record?.RetentionDays,
                Zdr = own?.Zdr ?? record?.Zdr ?? false,
            },
            Quirks = own?.Quirks ?? record?.Quirks ?? [],
            CancelStopsBilling = record?.CancelStopsBilling ?? false,
            Simulated = own?.Simulated ?? false,
        };
    }

    /// <summary>A new provider on this machine needs no key unless one is given.</summary>
    private static string DefaultAuth(OperatorProvider own, Uri? baseUrl) =>
        !own.Auth.KeyGiven && baseUrl is { IsLoopback: true } ? "none" : "bearer";

    /// <summary>Whether the operator asked for a scheme that finds its credential by itself, or one of its variables is set.
    /// Otherwise the provider would be tried, and fail, on every machine.</summary>
    private static bool IsWanted(OperatorAuth? own, IReadOnlyList<string> env, ICredentialSource credentials) =>
        own is not { Incomplete: true }
        && (own is { Word: not null } or { HasCredentials: true } || FirstKey(env, credentials) is not null);

    private static string? FirstKey(IReadOnlyList<string> names, ICredentialSource credentials)
    {
        foreach (var name in names)
        {
            if (credentials.Find(name) is { Length: > 0 } key)
            {
                return key;
            }
        }

        return null;
    }

    private static Uri? WithSlash(string? url) => url is null ? null : new Uri(url.EndsWith('/') ? url : url + "/");

    private static Uri? Link(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri : null;
}
