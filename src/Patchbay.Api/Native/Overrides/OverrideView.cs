using System.Text.Json.Serialization;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>An override as the API shows it. What is null is not overridden.</summary>
internal sealed record OverrideView(
    string Subject,
    string Model,
    string? Provider,
    OverridePriceView? Price,
    int? ContextLength,
    int? MaxOutputTokens,
    bool Disabled,
    string? Note,
    string Author,
    DateTime SetAt,
    bool InFile)
{
    /// <summary>The override, with whether the operator's file makes it void.</summary>
    public static OverrideView Of(CatalogOverride value, ICatalogueControl control) => new(
        value.Subject,
        value.Model,
        value.Provider,
        value.Prices is { } prices ? OverridePriceView.Of(prices) : null,
        value.ContextLength,
        value.MaxOutputTokens,
        value.Disabled,
        value.Note,
        value.Author,
        value.SetAt.UtcDateTime,
        control.IsInFile(value.Subject));
}

/// <summary>A whole price in dollars per unit, as decimal text; parts without a price of their own are left out.</summary>
internal sealed record OverridePriceView
{
    public long? AbovePromptTokens { get; init; }
    public required string Prompt { get; init; }
    public required string Completion { get; init; }
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
    public IReadOnlyList<OverridePriceView>? Tiers { get; init; }

    /// <summary>The price with its tiers.</summary>
    public static OverridePriceView Of(PriceList prices, long? above = null) => new()
    {
        AbovePromptTokens = above,
        Prompt = prices.Prompt.ToString(),
        Completion = prices.Completion.ToString(),
        CacheRead = prices.CacheRead?.ToString(),
        CacheWrite = prices.CacheWrite?.ToString(),
        CacheWrite1h = prices.CacheWrite1h?.ToString(),
        Reasoning = prices.Reasoning?.ToString(),
        AudioInput = prices.AudioInput?.ToString(),
        AudioOutput = prices.AudioOutput?.ToString(),
        ImageInput = prices.ImageInput?.ToString(),
        ImageOutput = prices.ImageOutput?.ToString(),
        Request = prices.Request?.ToString(),
        WebSearch = prices.WebSearch?.ToString(),
        Tiers = prices.Tiers.Count == 0 || above is not null
            ? null : [.. prices.Tiers.Select(tier => Of(tier.Prices, tier.AbovePromptTokens))],
    };
}

/// <summary>A change of the overrides; what was set is null where it was removed.</summary>
internal sealed record OverrideChangeView(long Revision, string Subject, OverrideView? Set, string Author, DateTime At);

/// <summary>A change that a list of models wants, as the API shows it.</summary>
internal sealed record CatalogChangeView(
    string Subject, string Model, string? Provider, string Fact, string? Old, string? New, string Source, DateOnly? Date)
{
    /// <summary>The change.</summary>
    public static CatalogChangeView Of(CatalogChange change) => new(
        change.Subject, change.Model, change.Provider, change.Fact, change.Old, change.New, change.Source, change.Date);
}

/// <summary>What somebody said of a change.</summary>
internal sealed record CatalogDecisionView(CatalogChangeView Change, bool Accepted, string Author, DateTime At);

internal sealed record OverrideResponse(OverrideView Data);

internal sealed record OverridesResponse(IReadOnlyList<OverrideView> Data, long Revision);

internal sealed record OverrideChangesResponse(IReadOnlyList<OverrideChangeView> Data);

internal sealed record CatalogChangesResponse(
    IReadOnlyList<CatalogChangeView> Data, IReadOnlyList<CatalogDecisionView> Decisions);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OverrideResponse))]
[JsonSerializable(typeof(OverridesResponse))]
[JsonSerializable(typeof(OverrideChangesResponse))]
[JsonSerializable(typeof(CatalogChangesResponse))]
internal sealed partial class OverrideJson : JsonSerializerContext;
