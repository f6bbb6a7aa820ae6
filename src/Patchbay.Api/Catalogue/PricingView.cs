using System.Text.Json.Serialization;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Prices in dollars per unit, as decimal text. A price that is not set is not shown; <c>-1</c> stands for a prompt
/// or completion price that nobody told.</summary>
internal sealed record PricingView
{
    /// <summary>As OpenRouter shows a price that it does not know beforehand.</summary>
    private const string Unknown = "-1";

    public required string Prompt { get; init; }
    public required string Completion { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Request { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Image { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ImageOutput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Audio { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AudioOutput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WebSearch { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InternalReasoning { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputCacheRead { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputCacheWrite { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyName("input_cache_write_1h")]
    public string? InputCacheWrite1h { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PricingOverrideView[]? Overrides { get; init; }

    /// <summary>Of a router: the prices are those of the model that it chooses.</summary>
    public static PricingView Varying => new() { Prompt = Unknown, Completion = Unknown };

    public static PricingView Of(Endpoint endpoint) =>
        endpoint.PriceKnown
            ? Of(endpoint.Prices)
            : Of(endpoint.Prices) with
            {
                Prompt = Told(endpoint.Prices.Prompt),
                Completion = Told(endpoint.Prices.Completion),
            };

    public static PricingView Of(PriceList prices) => new()
    {
        Prompt = prices.Prompt.ToString(),
        Completion = prices.Completion.ToString(),
        Request = prices.Request?.ToString(),
        Image = prices.ImageInput?.ToString(),
        ImageOutput = prices.ImageOutput?.ToString(),
        Audio = prices.AudioInput?.ToString(),
        AudioOutput = prices.AudioOutput?.ToString(),
        WebSearch = prices.WebSearch?.ToString(),
        InternalReasoning = prices.Reasoning?.ToString(),
        InputCacheRead = prices.CacheRead?.ToString(),
        InputCacheWrite = prices.CacheWrite?.ToString(),
        InputCacheWrite1h = prices.CacheWrite1h?.ToString(),
        Overrides = prices.Tiers.Count == 0 ? null : [.. prices.Tiers.Select(PricingOverrideView.Of)],
    };

    private static string Told(UnitPrice price) => price.Femtos == 0 ? Unknown : price.ToString();
}

/// <summary>Prices that apply to longer prompts. A later entry wins, so each shows every price of its tier.</summary>
internal sealed record PricingOverrideView
{
    public required long MinPromptTokens { get; init; }
    public required string Prompt { get; init; }
    public required string Completion { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputCacheRead { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputCacheWrite { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyName("input_cache_write_1h")]
    public string? InputCacheWrite1h { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Audio { get; init; }

    public static PricingOverrideView Of(PriceTier tier) => new()
    {
        MinPromptTokens = tier.AbovePromptTokens,
        Prompt = tier.Prices.Prompt.ToString(),
        Completion = tier.Prices.Completion.ToString(),
        InputCacheRead = tier.Prices.CacheRead?.ToString(),
        InputCacheWrite = tier.Prices.CacheWrite?.ToString(),
        InputCacheWrite1h = tier.Prices.CacheWrite1h?.ToString(),
        Audio = tier.Prices.AudioInput?.ToString(),
    };
}
