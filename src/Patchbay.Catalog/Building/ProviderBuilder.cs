namespace Patchbay.Catalog;

/// <summary>Joins the stored facts of a provider, the operator's fields and the key at hand.</summary>
internal static class ProviderBuilder
{
    /// <summary>The provider under its main protocol, or under another one that it also speaks.</summary>
    public static ProviderListing Build(
        ProviderRecord? record, OperatorProvider? own, ICredentialSource credentials, string? api)
    {
        var missing = new List<string>();
        var baseUrl = api is null ? own?.BaseUrl : null;
        var address = api is not null ? Alternate(record, own, api, credentials, missing)
            : baseUrl is null ? AddressTemplate.Fill(record?.BaseUrl, record?.Settings, credentials, missing)
            : null;
        var env = (IReadOnlyList<string>?)record?.Env ?? [];
        return new ProviderListing
        {
            Slug = own?.Slug ?? record!.Slug,
            Name = own?.Name ?? record?.Name ?? own!.Slug,
            Protocol = api ?? own?.Protocol ?? record?.Protocol ?? ProviderListing.DefaultProtocol,
            Category = record?.Category ?? "host",
            BaseUrl = baseUrl,
            Address = address,
            MissingSettings = missing,
            Auth = own?.Auth ?? record?.Auth ?? DefaultAuth(own!, baseUrl),
            ApiKeyEnv = env,
            ApiKey = own is { ApiKeyGiven: true } ? own.ApiKey : FirstKey(env, credentials),
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
            Quirks = own?.Quirks ?? record?.Quirks ?? [],
            CancelStopsBilling = record?.CancelStopsBilling ?? false,
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

    /// <summary>A new provider on this machine needs no key unless one is given.</summary>
    private static string DefaultAuth(OperatorProvider own, Uri? baseUrl) =>
        !own.ApiKeyGiven && baseUrl is { IsLoopback: true } ? "none" : "bearer";

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
