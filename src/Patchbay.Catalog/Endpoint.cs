using System.Text;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A model at a provider: the provider's own id for it, prices and limits. Immutable.</summary>
public sealed record Endpoint
{
    private long _priceSnapshotId = -1;

    /// <summary>Stable across restarts: <c>tag|model slug|provider model id</c>.</summary>
    public required string Id
    {
        get;
        init
        {
            field = value;
            Ordinal = EndpointOrdinals.For(value);
        }
    }

    /// <summary>A small number that stands for <see cref="Id"/> as long as this process lives, also across reloads; for
    /// arrays indexed by endpoint.</summary>
    public int Ordinal { get; private init; }

    /// <summary>Who runs it, as this endpoint is called: where the provider speaks several protocols, with the address of
    /// the one that serves this endpoint.</summary>
    public required ProviderListing Provider { get; init; }

    /// <summary>The provider slug with a suffix where one provider has several forms: <c>deepinfra/fp4</c>, or
    /// <c>groq</c>. A request may name it in its provider preferences.</summary>
    public required string Tag { get; init; }

    /// <summary>The model this is an endpoint of.</summary>
    public required string ModelSlug { get; init; }

    /// <summary>The provider's own id of the model, which goes into the upstream request; empty when it is not known, and
    /// then the endpoint cannot be called.</summary>
    public required string UpstreamModel
    {
        get;
        init
        {
            field = value;
            UpstreamModelUtf8 = Encoding.UTF8.GetBytes(value);
        }
    }

    /// <summary><see cref="UpstreamModel"/> as UTF-8, not escaped for JSON.</summary>
    public ReadOnlyMemory<byte> UpstreamModelUtf8 { get; private init; }

    /// <summary>What the provider charges. Where <see cref="PriceKnown"/> is false, zero stands for unknown.</summary>
    public required PriceList Prices { get; init; }

    /// <summary>Whether <see cref="Prices"/> holds everything that a request is charged by. An endpoint without it is
    /// listed, and never called.</summary>
    public bool PriceKnown { get; init; } = true;

    /// <summary>Published prices of units that <see cref="Prices"/> does not have.</summary>
    public IReadOnlyList<NamedPrice> OtherPrices { get; init; } = [];

    /// <summary>Identifies the content of <see cref="Prices"/>: equal lists have equal ids, in every process. Computed when
    /// it is first asked for.</summary>
    public long PriceSnapshotId
    {
        get
        {
            // Two threads may both compute it, and get the same.
            var id = Volatile.Read(ref _priceSnapshotId);
            if (id < 0)
            {
                id = PriceFingerprint.Of(Prices);
                Volatile.Write(ref _priceSnapshotId, id);
            }

            return id;
        }
    }

    /// <summary>Longest prompt and output together, in tokens; the model's where the endpoint states none.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Longest output in tokens; null when unknown.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>The number format of the weights (<c>fp8</c>, <c>bf16</c>…); null when unknown.</summary>
    public string? Quantization { get; init; }

    /// <summary>The request parameters that are honoured; the model's where the endpoint states none.</summary>
    public Parameters Supported { get; init; }

    /// <summary>The request parameters that may be sent: those supported, and those of which nothing is known. What is not
    /// among them is known to be refused, or to have no effect.</summary>
    public Parameters Sendable
    {
        get => field == Parameters.None ? Supported : field;
        init;
    }

    /// <summary>What goes in.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    /// <summary>What comes out.</summary>
    public Modalities Output { get; init; } = Modalities.Text;

    /// <summary>Where requests are processed (<c>eu</c>, <c>us</c>…); null when the provider does not say.</summary>
    public string? Region { get; init; }

    /// <summary>The service tier that it stands for. The endpoints of a model at a provider that differ in nothing else know
    /// each other: <see cref="ServedAs"/>.</summary>
    public ServiceTier ServiceTier { get; init; }

    /// <summary>Whether two sources disagree on the price.</summary>
    public bool DisputedPrice { get; init; }

    /// <summary>What the provider says of its state, such as <c>beta</c> or <c>deprecated</c>; null for nothing.</summary>
    public string? Stage { get; init; }

    /// <summary>The day after which the provider may no longer serve it, where known.</summary>
    public DateOnly? EndsOn { get; init; }

    /// <summary>Whether it can be called now: id and price are known, and the provider has an address, a credential and a
    /// protocol that is spoken.</summary>
    public bool Routable =>
        PriceKnown && UpstreamModel.Length > 0 && Provider is { HasCredential: true, HasAddress: true, IsSpoken: true };

    internal IReadOnlyList<Endpoint> Siblings { get; set; } = [];

    /// <summary>The endpoint whose prices count when the provider says that it served this tier; itself where it says
    /// nothing, or where that tier has no price of its own.</summary>
    public Endpoint ServedAs(ServiceTier? tier)
    {
        if (tier is { } served && served != ServiceTier)
        {
            for (var i = 0; i < Siblings.Count; i++)
            {
                if (Siblings[i].ServiceTier == served)
                {
                    return Siblings[i];
                }
            }
        }

        return this;
    }

    /// <summary>Whether it could be called with a caller's own key: price and protocol are known, and the address but for what
    /// an account may give.</summary>
    public bool TakesKey => PriceKnown && Provider is { TakesKey: true, IsSpoken: true };

    /// <summary>The same endpoint, called with another account. Id and ordinal stay.</summary>
    /// <param name="provider">The provider with that account.</param>
    /// <param name="upstreamModel">The account's own id of the model; null for the usual one.</param>
    public Endpoint CalledBy(ProviderListing provider, string? upstreamModel) => upstreamModel is null
        ? this with { Provider = provider }
        : this with { Provider = provider, UpstreamModel = upstreamModel };

    /// <summary>Whether it is the same object: endpoints are known by <see cref="Id"/> and <see cref="Ordinal"/>.</summary>
    public bool Equals(Endpoint? other) => ReferenceEquals(this, other);

    /// <summary>Of the object.</summary>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The id; never a secret.</summary>
    public override string ToString() => Id;
}
