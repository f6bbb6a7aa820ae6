using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What routing has to know of one request: plain values, filled once by the pipeline.</summary>
public readonly record struct RouteRequest
{
    /// <summary>The number of attempts when the pipeline sets no other.</summary>
    public const int DefaultMaxAttempts = 4;

    /// <summary>A text request with default limits; <see cref="Snapshot"/> and <see cref="Models"/> must be set.</summary>
    public RouteRequest()
    {
    }

    /// <summary>The catalogue that serves the whole request.</summary>
    public required CatalogSnapshot Snapshot { get; init; }

    /// <summary>The wanted models, best first, with variants such as <c>:nitro</c> still attached. The plan reads it
    /// again when its verdicts are asked for.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>The parameters that the request sets.</summary>
    public Parameters Used { get; init; }

    /// <summary>The kinds of content in the request.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    /// <summary>The kinds of content that the caller wants back.</summary>
    public Modalities Output { get; init; } = Modalities.Text;

    /// <summary>The request offers tools, so that endpoints without them are of no use.</summary>
    public bool WantsTools { get; init; }

    /// <summary>The answer must follow a JSON schema; endpoints that honour it are preferred.</summary>
    public bool WantsJsonSchema { get; init; }

    /// <summary>The length of the prompt in tokens, from above.</summary>
    public long EstimatedPromptTokens { get; init; }

    /// <summary>The longest output that the caller allows, in tokens; null when it sets none.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>What the request says of service tiers.</summary>
    public TierWish Tier { get; init; }

    /// <summary>The caller's <c>provider</c> object, and what levels above it add (<see cref="RouteDefaults"/>); null when
    /// there is neither.</summary>
    public RoutePreferences? Preferences { get; init; }

    /// <summary>The conversation that the request belongs to; none when it is not known.</summary>
    public ConversationKey Conversation { get; init; }

    /// <summary>The caller's own keys at providers, in the order in which they are tried; empty for most callers.</summary>
    public IReadOnlyList<ByokRoute> OwnKeys { get; init; } = [];

    /// <summary>The most attempts that the plan may hold; at least 1.</summary>
    public int MaxAttempts { get; init; } = DefaultMaxAttempts;
}
