using System.Globalization;
using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A day's usage of a model at an endpoint. Amounts are USD. Endpoint and provider are empty for requests that none
/// answered.</summary>
internal sealed record ActivityItem(
    string Date,
    string Model,
    string ModelPermaslug,
    string EndpointId,
    string ProviderName,
    Money Usage,
    Money ByokUsageInference,
    long Requests,
    long PromptTokens,
    long CompletionTokens,
    long ReasoningTokens)
{
    /// <summary>Only where rows are kept apart by it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WorkspaceId { get; init; }

    /// <summary>The item for a row by day, whose keys are model, endpoint, provider, and the workspace or nothing.</summary>
    public static ActivityItem Of(UsageRow row, string permanentName) => new(
        row.At!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        row.Keys[0].Value!,
        permanentName,
        row.Keys[1].Value ?? "",
        row.Keys[2].Value ?? "",
        row.Totals.Credits,
        row.Totals.ByokCost,
        row.Totals.Requests,
        row.Totals.PromptTokens,
        row.Totals.CompletionTokens,
        row.Totals.ReasoningTokens)
    {
        WorkspaceId = row.Keys.Count > 3 ? row.Keys[3].Value : null,
    };
}

internal sealed record ActivityResponse(IReadOnlyList<ActivityItem> Data);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(ActivityResponse))]
internal sealed partial class ActivityJson : JsonSerializerContext;
