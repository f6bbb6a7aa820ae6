using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>A caller's own key at a provider, ready to be used. Immutable but for what it has prepared; holds secrets.</summary>
public sealed class ByokRoute
{
    private readonly ConditionalWeakTable<Endpoint, Prepared> _endpoints = [];
    private readonly ConditionalWeakTable<ProviderListing, ProviderListing>[] _listings;
    private readonly IReadOnlyList<ProviderAccount> _accounts;

    /// <summary>Takes the accounts that the key opens, the special ones first.</summary>
    public ByokRoute(Guid id, string provider, IReadOnlyList<ProviderAccount> accounts)
    {
        Id = id;
        Provider = provider;
        _accounts = accounts;
        _listings = new ConditionalWeakTable<ProviderListing, ProviderListing>[accounts.Count];
        for (var i = 0; i < _listings.Length; i++)
        {
            _listings[i] = [];
        }
    }

    /// <summary>The key's id, which callers are told.</summary>
    public Guid Id { get; }

    /// <summary>The provider's slug.</summary>
    public string Provider { get; }

    /// <summary>Stands for this secret in the health of endpoints; another secret of the same key has another.</summary>
    public CredentialId Credential { get; init; }

    /// <summary>Slugs of the models that it may be used for; null for all.</summary>
    public ImmutableArray<string>? AllowedModels { get; init; }

    /// <summary>Whether it comes after the operator's endpoints.</summary>
    public bool IsFallback { get; init; }

    /// <summary>Whether the operator's endpoints of its provider are out for the models that it may be used for.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the operator's endpoints of its provider are out for every model.</summary>
    public bool IsByokOnly { get; init; }

    /// <summary>What its owner says about zero data retention; null for what is known of the provider.</summary>
    public bool? DeclaredZdr { get; init; }

    /// <summary>Whether it may be used for the model.</summary>
    public bool Allows(Model model)
    {
        if (AllowedModels is not { } allowed)
        {
            return true;
        }

        foreach (var slug in allowed)
        {
            if (slug.Equals(model.Slug, StringComparison.OrdinalIgnoreCase)
                || slug.Equals(model.CanonicalSlug, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the operator's own endpoints of the provider are out for the model.</summary>
    public bool Displaces(Model model) => IsByokOnly || (IsRequired && Allows(model));

    /// <summary>The endpoint as it is called with this key; null when it cannot be.</summary>
    public Endpoint? EndpointFor(Endpoint endpoint)
    {
        if (!_endpoints.TryGetValue(endpoint, out var prepared))
        {
            prepared = _endpoints.GetValue(endpoint, Prepare);
        }

        return prepared.Endpoint;
    }

    /// <summary>The id only.</summary>
    public override string ToString() => Id.ToString();

    private Prepared Prepare(Endpoint endpoint)
    {
        for (var i = 0; i < _accounts.Count && endpoint.TakesKey; i++)
        {
            var account = _accounts[i];
            if ((account.ModelSlug is { } slug && !slug.Equals(endpoint.ModelSlug, StringComparison.OrdinalIgnoreCase))
                || (account.UpstreamModel is null && endpoint.UpstreamModel.Length == 0))
            {
                continue;
            }

            if (Listing(i, endpoint.Provider) is { } listing)
            {
                return new Prepared(endpoint.CalledBy(listing, account.UpstreamModel));
            }
        }

        return new Prepared(null);
    }

    // One listing for all endpoints, so that they share what the credential keeps.
    private ProviderListing? Listing(int account, ProviderListing provider)
    {
        if (_listings[account].TryGetValue(provider, out var known))
        {
            return known;
        }

        return provider.CalledBy(_accounts[account]) is { } made ? _listings[account].GetValue(provider, _ => made) : null;
    }

    private sealed record Prepared(Endpoint? Endpoint);
}
