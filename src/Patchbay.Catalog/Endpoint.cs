using System.Text;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A model at a provider: the provider's own id for it, prices and limits. Immutable.</summary>
public sealed class Endpoint
{
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

    /// <summary>Who runs it.</summary>
    public required ProviderListing Provider { get; init; }

    /// <summary>The provider slug with a suffix where one provider has several forms: <c>deepinfra/fp4</c>, or
    /// <c>groq</c>. A request may name it in its provider preferences.</summary>
    public required string Tag { get; init; }

    /// <summary>The model this is an endpoint of.</summary>
    public required string ModelSlug { get; init; }

    /// <summary>The provider's own id of the model, which goes into the upstream request.</summary>
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

    /// <summary>What the provider charges.</summary>
    public required PriceList Prices
    {
        get;
        init
        {
            field = value;
            PriceSnapshotId = PriceFingerprint.Of(value);
        }
    }

    /// <summary>Identifies the content of <see cref="Prices"/>: equal lists have equal ids, in every process.</summary>
    public long PriceSnapshotId { get; private init; }

    /// <summary>Longest prompt and output together, in tokens; the model's where the endpoint states none.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Longest output in tokens; null when unknown.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>The number format of the weights (<c>fp8</c>, <c>bf16</c>…); null when unknown.</summary>
    public string? Quantization { get; init; }

    /// <summary>The request parameters that are honoured; the model's where the endpoint states none.</summary>
    public Parameters Supported { get; init; }

    /// <summary>What goes in.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    /// <summary>What comes out.</summary>
    public Modalities Output { get; init; } = Modalities.Text;

    /// <summary>Where requests are processed (<c>eu</c>, <c>us</c>…); null when the provider does not say.</summary>
    public string? Region { get; init; }

    /// <summary>Whether two sources disagree on the price.</summary>
    public bool DisputedPrice { get; init; }

    /// <summary>Whether it can be called now: the provider has an address and a credential.</summary>
    public bool Routable => Provider.BaseUrl is not null && Provider.HasCredential;

    /// <summary>The id; never a secret.</summary>
    public override string ToString() => Id;
}
