using System.Text.Json;
using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A generation as the API shows it. Amounts are USD, times UTC, durations milliseconds; what this server does
/// not know is null.</summary>
internal sealed record GenerationView
{
    public required string Id { get; init; }

    public string? UpstreamId { get; init; }

    public required string ApiType { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required string Model { get; init; }

    public string? ProviderName { get; init; }

    public string? Router { get; init; }

    public string? PresetId { get; init; }

    public long? AppId { get; init; }

    public bool Streamed { get; init; }

    public bool Cancelled { get; init; }

    public string? FinishReason { get; init; }

    public string? NativeFinishReason { get; init; }

    public int? Latency { get; init; }

    public int GenerationTime { get; init; }

    public int? ModerationLatency { get; init; }

    public long? TokensPrompt { get; init; }

    public long? TokensCompletion { get; init; }

    public long? NativeTokensPrompt { get; init; }

    public long? NativeTokensCompletion { get; init; }

    public long? NativeTokensReasoning { get; init; }

    public long? NativeTokensCached { get; init; }

    public long? NativeTokensCompletionImages { get; init; }

    public long? NumMediaPrompt { get; init; }

    public long? NumInputAudioPrompt { get; init; }

    public long? NumMediaCompletion { get; init; }

    public long? NumSearchResults { get; init; }

    public long? NumFetches { get; init; }

    public string? WebSearchEngine { get; init; }

    public required Money TotalCost { get; init; }

    public required Money Usage { get; init; }

    public Money? CacheDiscount { get; init; }

    public Money? UpstreamInferenceCost { get; init; }

    public bool IsByok { get; init; }

    public string? ServiceTier { get; init; }

    public string DataRegion { get; init; } = "global";

    public required string Origin { get; init; }

    public string? HttpReferer { get; init; }

    public string? UserAgent { get; init; }

    public string? ExternalUser { get; init; }

    public string? SessionId { get; init; }

    public string? RequestId { get; init; }

    public string? ResponseCacheSourceId { get; init; }

    public required Guid WorkspaceId { get; init; }

    public required IReadOnlyList<AttemptView> ProviderResponses { get; init; }

    /// <summary>How it was routed, where there is more to tell than the attempts do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Patchbay { get; init; }

    /// <summary>The generation by what its row says.</summary>
    public static GenerationView Of(Generation generation)
    {
        var usage = generation.Usage;
        long? prompt = usage == default ? null : usage.PromptTokens;
        long? completion = usage == default ? null : usage.CompletionTokens;
        return new GenerationView
        {
            Id = generation.Id,
            UpstreamId = generation.UpstreamId,
            ApiType = generation.ApiType,
            CreatedAt = generation.CreatedAt.UtcDateTime,
            Model = generation.Model,
            ProviderName = generation.ProviderName,
            Router = generation.Router,
            Streamed = generation.Streamed,
            Cancelled = generation.Outcome == GenerationOutcome.Cancelled,
            FinishReason = generation.FinishReason,
            NativeFinishReason = generation.NativeFinishReason,
            Latency = generation.LatencyMs,
            GenerationTime = generation.DurationMs,
            TokensPrompt = prompt,
            TokensCompletion = completion,
            NativeTokensPrompt = prompt,
            NativeTokensCompletion = completion,
            NativeTokensReasoning = usage.Reasoning,
            NativeTokensCached = usage.CacheRead,
            NumMediaPrompt = usage.ImagesIn,
            NumMediaCompletion = usage.ImagesOut,
            TotalCost = generation.Charge,
            Usage = generation.Charge,
            UpstreamInferenceCost = generation.IsByok ? generation.ProviderCost : null,
            IsByok = generation.IsByok,
            ServiceTier = generation.ServiceTier,
            Origin = OriginOf(generation.Referer),
            HttpReferer = generation.Referer,
            UserAgent = generation.UserAgent,
            ExternalUser = generation.ExternalUser,
            SessionId = generation.SessionId,
            WorkspaceId = generation.WorkspaceId,
            ProviderResponses = AttemptView.Of(generation),
            Patchbay = generation.Routing is { } routing ? JsonElement.Parse(routing) : null,
        };
    }

    private static string OriginOf(string? referer) =>
        Uri.TryCreate(referer, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address.GetLeftPart(UriPartial.Authority)
            : string.Empty;
}

/// <summary>One attempt of a generation; members that are not known are left out, except the status.</summary>
internal sealed record AttemptView
{
    public int? Status { get; init; }

    public required string ProviderName { get; init; }

    public required string EndpointId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    public required string ModelPermaslug { get; init; }

    public int Latency { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? IsByok { get; init; }

    /// <summary>Why it was made, where it was neither the first choice nor a fallback.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>The attempts in order. The provider's id and whose key was used are known of the one that answered.
    /// </summary>
    public static List<AttemptView> Of(Generation generation)
    {
        var views = new List<AttemptView>(generation.Attempts.Count);
        foreach (var attempt in generation.Attempts)
        {
            var answered = attempt.ErrorCode is null;
            views.Add(new AttemptView
            {
                Status = attempt.Status == 0 ? null : attempt.Status,
                ProviderName = attempt.ProviderName,
                EndpointId = attempt.EndpointId,
                Id = answered ? generation.UpstreamId : null,
                ModelPermaslug = attempt.Model,
                Latency = attempt.LatencyMs,
                IsByok = answered ? generation.IsByok : null,
                Kind = attempt.Kind switch
                {
                    AttemptKind.Hedge => "hedge",
                    AttemptKind.Continuation => "continuation",
                    _ => null,
                },
                Error = attempt.ErrorCode,
            });
        }

        return views;
    }
}

internal sealed record GenerationResponse(GenerationView Data);

internal sealed record GenerationsResponse(IReadOnlyList<GenerationView> Data, long TotalCount);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(GenerationResponse))]
[JsonSerializable(typeof(GenerationsResponse))]
internal sealed partial class GenerationJson : JsonSerializerContext;
