using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A line of <c>Data/providers.json</c>.</summary>
internal sealed class ProviderRecord
{
    public string Slug { get; set; } = "";
    public string Name { get; set; } = "";
    public string Protocol { get; set; } = ProviderListing.DefaultProtocol;

    /// <summary>May hold names in braces, each of which <see cref="Settings"/> leads to a variable.</summary>
    public string? BaseUrl { get; set; }
    public KeyValuePair<string, string>[]? Settings { get; set; }

    /// <summary>The addresses of other protocols.</summary>
    public KeyValuePair<string, string>[]? Apis { get; set; }

    /// <summary>The schemes of other protocols, where they are not <see cref="Auth"/>.</summary>
    public KeyValuePair<string, string>[]? ApiAuth { get; set; }
    public string Auth { get; set; } = "bearer";
    public string[]? Env { get; set; }
    public string Category { get; set; } = "host";
    public string? Headquarters { get; set; }
    public string[]? Datacenters { get; set; }
    public string? Privacy { get; set; }
    public string? Terms { get; set; }
    public string? Status { get; set; }
    public string? Docs { get; set; }
    public bool? Trains { get; set; }
    public bool? Retains { get; set; }
    public int? RetentionDays { get; set; }
    public string? Zdr { get; set; }
    public string[]? Quirks { get; set; }
    public bool? CancelStopsBilling { get; set; }
}

/// <summary>A line of <c>Data/models.json</c>.</summary>
internal sealed class ModelRecord
{
    public string Slug { get; set; } = "";
    public string Name { get; set; } = "";
    public string Kind { get; set; } = Model.ChatKind;
    public string? Canonical { get; set; }
    public long? Created { get; set; }
    public DateOnly? Released { get; set; }
    public string? Cutoff { get; set; }
    public int? Context { get; set; }
    public int? MaxOutput { get; set; }
    public Modalities? Input { get; set; }
    public Modalities? Output { get; set; }
    public string? Tokenizer { get; set; }
    public string? Instruct { get; set; }
    public string? HuggingFace { get; set; }
    public string? License { get; set; }
    public bool? OpenWeights { get; set; }
    public DateOnly? Expires { get; set; }
    public Parameters? Parameters { get; set; }
    public bool Moderated { get; set; }
    public bool? Reasoning { get; set; }
    public bool? Temperature { get; set; }
    public string[]? Efforts { get; set; }
    public int? Dimensions { get; set; }
    public string[]? Aliases { get; set; }

    public ModelRecord Copy() => (ModelRecord)MemberwiseClone();
}

/// <summary>A line of <c>Data/endpoints.json</c>.</summary>
internal sealed class EndpointRecord
{
    public string Model { get; set; } = "";
    public string Provider { get; set; } = "";

    /// <summary>Empty where the provider's own id is not known.</summary>
    public string Id { get; set; } = "";
    public string? Protocol { get; set; }
    public EndpointPrices Prices { get; set; } = EndpointPrices.Unknown;
    public int? Context { get; set; }
    public int? MaxOutput { get; set; }
    public string? Quantization { get; set; }
    public Parameters? Parameters { get; set; }
    public string? Region { get; set; }
    public string? Tag { get; set; }
    public string? Status { get; set; }

    /// <summary>The day after which the provider may no longer serve it.</summary>
    public DateOnly? Ends { get; set; }
    public bool Disputed { get; set; }

    public EndpointRecord Copy() => (EndpointRecord)MemberwiseClone();
}

/// <summary>What is known of an endpoint's prices.</summary>
/// <param name="List">The prices by which requests are charged; zero stands for an unknown one.</param>
/// <param name="HasTokenPrices">Whether the prices of prompt and completion are known.</param>
/// <param name="Others">Prices of other units.</param>
internal sealed record EndpointPrices(PriceList List, bool HasTokenPrices, IReadOnlyList<NamedPrice> Others)
{
    public static EndpointPrices Unknown { get; } = new(PriceList.Free, false, []);
}
