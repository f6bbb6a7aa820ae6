using System.Text.Json.Serialization;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The envelope of every answer that is not a page.</summary>
internal sealed record DataView<T>(T Data);

internal sealed record CountView(int Count);

/// <summary>A provider, as the API shows it.</summary>
internal sealed record ProviderView
{
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? PrivacyPolicyUrl { get; init; }
    public string? TermsOfServiceUrl { get; init; }
    public string? StatusPageUrl { get; init; }
    public string? Headquarters { get; init; }
    public IReadOnlyList<string>? Datacenters { get; init; }

    public static ProviderView Of(ProviderListing provider) => new()
    {
        Name = provider.Name,
        Slug = provider.Slug,
        PrivacyPolicyUrl = provider.PrivacyPolicyUrl?.OriginalString,
        TermsOfServiceUrl = provider.TermsUrl?.OriginalString,
        StatusPageUrl = provider.StatusPageUrl?.OriginalString,
        Headquarters = provider.Headquarters,
        Datacenters = provider.Datacenters,
    };
}

/// <summary>What goes in and comes out, as the API shows it.</summary>
internal sealed record ArchitectureView
{
    public required string Modality { get; init; }
    public required IReadOnlyList<string> InputModalities { get; init; }
    public required IReadOnlyList<string> OutputModalities { get; init; }
    public required string Tokenizer { get; init; }
    public string? InstructType { get; init; }

    public static ArchitectureView Of(Modalities input, Modalities output, Model model)
    {
        var from = ModalityNames.Of(input);
        var to = ModalityNames.Of(output);
        return new ArchitectureView
        {
            Modality = $"{string.Join('+', from)}->{string.Join('+', to)}",
            InputModalities = from,
            OutputModalities = to,
            Tokenizer = model.Tokenizer ?? "Other",
            InstructType = model.InstructType,
        };
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ModelView))]
[JsonSerializable(typeof(DataView<CountView>))]
[JsonSerializable(typeof(DataView<ModelEndpointsView>))]
[JsonSerializable(typeof(DataView<ProviderView[]>))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
