using System.Text.Json.Serialization;

namespace Patchbay.Catalog;

/// <summary>A line of <c>Data/providers.json</c>.</summary>
internal sealed record ProviderRecord
{
    public required string Slug { get; init; }
    public required string Name { get; init; }
    public string? BaseUrl { get; init; }
    /// <summary>Null is bearer.</summary>
    public string? Auth { get; init; }
    public string[]? Env { get; init; }
    public string? Headquarters { get; init; }
    public string[]? Datacenters { get; init; }
    public string? Privacy { get; init; }
    public string? Terms { get; init; }
    public string? Status { get; init; }
    public string? Docs { get; init; }
    public bool? Trains { get; init; }
    public bool? Retains { get; init; }
    public int? RetentionDays { get; init; }
    public bool Zdr { get; init; }
    public string[]? Quirks { get; init; }
    public bool CancelStopsBilling { get; init; }
}

/// <summary>A line of <c>Data/models.json</c>.</summary>
internal sealed record ModelRecord
{
    public required string Slug { get; init; }
    public required string Name { get; init; }
    public string? Canonical { get; init; }
    public long? Created { get; init; }
    public DateOnly? Released { get; init; }
    public string? Cutoff { get; init; }
    public int? Context { get; init; }
    public int? MaxOutput { get; init; }
    public string[]? Input { get; init; }
    public string[]? Output { get; init; }
    public string? Tokenizer { get; init; }
    public string? Instruct { get; init; }
    public string? HuggingFace { get; init; }
    public DateOnly? Expires { get; init; }
    public string[]? Parameters { get; init; }
    public bool Moderated { get; init; }
    public bool? Reasoning { get; init; }
    public string[]? Efforts { get; init; }
    public string[]? Aliases { get; init; }
}

/// <summary>A line of <c>Data/endpoints.json</c>.</summary>
internal sealed record EndpointRecord
{
    public required string Model { get; init; }
    public required string Provider { get; init; }
    public required string Id { get; init; }
    public required PriceRecord Prices { get; init; }
    public PriceRecord[]? Tiers { get; init; }
    public int? Context { get; init; }
    public int? MaxOutput { get; init; }
    public string? Quantization { get; init; }
    public string[]? Parameters { get; init; }
    public string? Region { get; init; }
    public string? Tag { get; init; }
    public bool Disputed { get; init; }
}

/// <summary>Prices in dollars per unit, as decimal text; in a tier, what is absent is as in the base list.</summary>
internal sealed record PriceRecord
{
    /// <summary>Only in a tier: it applies to prompts of more tokens than this.</summary>
    public long Above { get; init; }
    public string? Prompt { get; init; }
    public string? Completion { get; init; }
    public string? CacheRead { get; init; }
    public string? CacheWrite { get; init; }
    [JsonPropertyName("cache_write_1h")]
    public string? CacheWrite1h { get; init; }
    public string? Reasoning { get; init; }
    public string? AudioInput { get; init; }
    public string? AudioOutput { get; init; }
    public string? ImageInput { get; init; }
    public string? ImageOutput { get; init; }
    public string? Request { get; init; }
    public string? WebSearch { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProviderRecord[]))]
[JsonSerializable(typeof(ModelRecord[]))]
[JsonSerializable(typeof(EndpointRecord[]))]
internal sealed partial class CatalogJson : JsonSerializerContext;
