using System.Text.Json.Serialization;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary>A rate limit as the API shows it.</summary>
/// <param name="Level"><c>organization</c>, <c>workspace</c> or <c>key</c>.</param>
/// <param name="Id">The organization's or workspace's id, or the key's hash; <c>default</c> for all without one of their own.
/// </param>
/// <param name="RequestsPerMinute">Requests in any minute.</param>
/// <param name="TokensPerMinute">Tokens in any minute.</param>
/// <param name="Concurrency">Requests at a time.</param>
/// <param name="Priority">Who goes first where requests wait.</param>
internal sealed record ScopeLimitView(
    string Level, string Id, long? RequestsPerMinute, long? TokensPerMinute, int? Concurrency, int Priority)
{
    /// <summary>The word for all of a level.</summary>
    public const string Default = "default";

    public static ScopeLimitView Of(RateLimit limit, string id) => new(
        limit.Scope.Level.ToString().ToLowerInvariant(), id, limit.RequestsPerMinute, limit.TokensPerMinute, limit.Concurrency,
        limit.Priority);
}

internal sealed record RateLimitResponse(ScopeLimitView Data);

internal sealed record RateLimitListResponse(IReadOnlyList<ScopeLimitView> Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RateLimitResponse))]
[JsonSerializable(typeof(RateLimitListResponse))]
internal sealed partial class RateLimitJson : JsonSerializerContext;
