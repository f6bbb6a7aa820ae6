using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Patchbay.Catalog;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>What a catalogue endpoint needs to be called, prepared once per snapshot.</summary>
public sealed class UpstreamBinding
{
    private static readonly ConditionalWeakTable<Endpoint, UpstreamBinding> Bindings = [];
    private static readonly ConditionalWeakTable<ProviderListing, Provider> Providers = [];

    private UpstreamBinding(Endpoint endpoint, Provider provider)
    {
        Provider = provider;
        Address = provider.ChatAddress(endpoint.UpstreamModel, stream: false);
        StreamAddress = provider.ChatAddress(endpoint.UpstreamModel, stream: true);
        ModelUtf8 = Encoding.UTF8.GetBytes(endpoint.ModelSlug);
        ProviderNameUtf8 = JsonEncodedText.Encode(endpoint.Provider.Name).EncodedUtf8Bytes.ToArray();
    }

    /// <summary>How to call it.</summary>
    public Provider Provider { get; }

    /// <summary>Where requests for whole answers are posted.</summary>
    public Uri Address { get; }

    /// <summary>Where requests for streams are posted.</summary>
    public Uri StreamAddress { get; }

    /// <summary>The model's slug.</summary>
    public ReadOnlyMemory<byte> ModelUtf8 { get; }

    /// <summary>The provider's display name, escaped for a JSON string.</summary>
    public ReadOnlyMemory<byte> ProviderNameUtf8 { get; }

    /// <summary>The binding of an endpoint. Null when its provider has no address or speaks a protocol that we do not.
    /// </summary>
    public static UpstreamBinding? For(Endpoint endpoint)
    {
        if (Bindings.TryGetValue(endpoint, out var binding))
        {
            return binding;
        }

        var provider = ProviderFor(endpoint.Provider);
        return provider is null ? null : Bindings.GetValue(endpoint, e => new UpstreamBinding(e, provider));
    }

    /// <summary>How to call a provider. Null when it has no address or speaks a protocol that we do not.</summary>
    public static Provider? ProviderFor(ProviderListing listing)
    {
        if (Providers.TryGetValue(listing, out var provider))
        {
            return provider;
        }

        if (listing.BaseUrl is not { } address)
        {
            return null;
        }

        var created = ProviderFactory.Create(listing.Protocol, new ProviderDescriptor
        {
            Slug = listing.Slug,
            Name = listing.Name,
            BaseUrl = address,
            Auth = listing.Auth,
            AuthSettings = listing.AuthSettings,
            ApiKey = listing.ApiKey,
            Headers = listing.Headers,
            Quirks = listing.Quirks,
            CancelStopsBilling = listing.CancelStopsBilling,
        });
        return created is null ? null : Providers.GetValue(listing, _ => created);
    }
}
