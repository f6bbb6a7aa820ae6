using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Joins the stored facts of a provider, the operator's fields and the key at hand.</summary>
internal static class ProviderBuilder
{
    /// <summary>The provider under its main protocol, or under another one that it also speaks.</summary>
    public static ProviderListing Build(
        ProviderRecord? record,
        OperatorProvider? own,
        ICredentialSource credentials,
        Func<string, IReadOnlyList<string>, ProtocolWords?>? words,
        string? api)
    {
        var missing = new List<string>();

        // A provider of the operator's has all its protocols below one address.
        var baseUrl = api is null || record is null ? own?.BaseUrl : null;
        var address = api is not null && record is not null ? Alternate(record, own, api, credentials, missing)
            : baseUrl is null ? AddressTemplate.Fill(record?.BaseUrl, record?.Settings, credentials, missing)
            : null;
        var env = (IReadOnlyList<string>?)record?.Env ?? [];
        var quirks = own?.Quirks ?? record?.Quirks ?? [];
        var protocol = api ?? own?.Protocol ?? record?.Protocol ?? ProviderListing.DefaultProtocol;
        var spoken = words is null ? default(ProtocolWords) : words(protocol, quirks);
        var auth = own?.Auth.Word ?? ApiAuth(record, api) ?? record?.Auth ?? DefaultAuth(own!, baseUrl, protocol);
        var sendable = AuthScheme.TryParse(auth, out var scheme);
        var finds = scheme.FindsCredential;
        return new ProviderListing
        {
            Slug = own?.Slug ?? record!.Slug,
            Name = own?.Name ?? record?.Name ?? own!.Slug,
            Protocol = protocol,
            IsSpoken = spoken is not null,
            Words = spoken ?? default,
            Category = record?.Category ?? "host",
            BaseUrl = baseUrl,
            Address = address,
            Template = TemplateOf(record, own, api) is { } template && template.Contains('{', StringComparison.Ordinal) ? template : null,
            MissingSettings = missing,
            Auth = auth,
            AuthSettings = own?.Auth.Settings ?? AuthSettings.Empty,
            FindsCredential = finds && IsWanted(own?.Auth, env, credentials),
            ApiKeyEnv = env,
            ApiKey = finds || !sendable ? null : own is { Auth.KeyGiven: true } ? own.Auth.Key : FirstKey(env, credentials),
            Headers = own?.Headers ?? [],
            Headquarters = own?.Headquarters ?? record?.Headquarters,
            Datacenters = record?.Datacenters,
            Links = record is null ? null : new ProviderLinks(record.Privacy, record.Terms, record.Status, record.Docs),
            Policy = new DataPolicy
            {
                TrainsOnPrompts = own?.Trains ?? record?.Trains,
                RetainsPrompts = own?.Retains ?? record?.Retains,
                RetentionDays = own?.RetentionDays ?? record?.RetentionDays,
                Zdr = own?.Zdr ?? record?.Zdr == "default",
                ZdrOffer = record?.Zdr,
            },
            Quirks = quirks,
            CancelStopsBilling = own?.CancelStopsBilling ?? record?.CancelStopsBilling,
            Simulated = own?.Simulated ?? false,
        };
    }

    /// <summary>Whoever moves a provider to another address does not say where its other protocols are there.</summary>
    private static string? Alternate(
        ProviderRecord? record, OperatorProvider? own, string api, ICredentialSource credentials, List<string> missing)
    {
        if (own is null or { BaseUrl: null, Protocol: null })
        {
            foreach (var (protocol, template) in record?.Apis ?? [])
            {
                if (protocol == api)
                {
                    return AddressTemplate.Fill(template, record!.Settings, credentials, missing);
                }
            }
        }

        return null;
    }

    private static string? TemplateOf(ProviderRecord? record, OperatorProvider? own, string? api)
    {
        if (record is null || own?.BaseUrl is not null)
        {
            return null;
        }

        if (api is null)
        {
            return record.BaseUrl;
        }

        foreach (var (protocol, template) in own is { Protocol: not null } ? [] : record.Apis ?? [])
        {
            if (protocol == api)
            {
                return template;
            }
        }

        return null;
    }

    private static string? ApiAuth(ProviderRecord? record, string? api)
    {
        foreach (var (protocol, auth) in record?.ApiAuth ?? [])
        {
            if (protocol == api)
            {
                return auth;
            }
        }

        return null;
    }

    /// <summary>A new provider on this machine needs no key unless one is given; others show theirs as the protocol's owner
    /// wants it.</summary>
    private static string DefaultAuth(OperatorProvider own, Uri? baseUrl, string protocol) =>
        !own.Auth.KeyGiven && baseUrl is { IsLoopback: true } ? "none" : protocol switch
        {
            "anthropic" => "x-api-key",
            "gemini" => "header:x-goog-api-key",
            _ => "bearer",
        };

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
}
