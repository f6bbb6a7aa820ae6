using System.Text.Json.Serialization;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>A guardrail as the API shows it. What this server has no feature for shows the value that says so.</summary>
internal sealed record GuardrailView(
    Guid Id,
    Guid WorkspaceId,
    string Name,
    string? Description,
    Money? LimitUsd,
    string? ResetInterval,
    bool IncludeByokInBudgets,
    IReadOnlyList<string>? AllowedModels,
    IReadOnlyList<string>? IgnoredModels,
    IReadOnlyList<string>? AllowedProviders,
    IReadOnlyList<string>? IgnoredProviders,
    IReadOnlyList<string>? AllowedDataRegions,
    bool? EnforceZdr,
    bool? EnforceZdrAnthropic,
    bool? EnforceZdrGoogle,
    bool? EnforceZdrOpenai,
    bool? EnforceZdrOther,
    bool? EnforceZdrXai,
    bool? EnableFreeModelPublication,
    bool? EnableFreeModelTraining,
    bool? EnablePaidModelTraining,
    IReadOnlyList<string>? ContentFilters,
    IReadOnlyList<string>? ContentFilterBuiltins,
    DateTime CreatedAt,
    DateTime? UpdatedAt)
{
    public static GuardrailView Of(Guardrail guardrail)
    {
        var policy = guardrail.Policy;
        return new GuardrailView(
            guardrail.Id, guardrail.WorkspaceId, guardrail.Name, guardrail.Description, guardrail.Limit,
            guardrail.Limit is null ? null : ResetWindow.NameOf(guardrail.Reset), guardrail.IncludesByok,
            policy.AllowedModels?.Names, policy.IgnoredModels?.Names, policy.AllowedProviders?.Names, policy.IgnoredProviders?.Names,
            policy.AllowedDataRegions?.Names, policy.Zdr, policy.ZdrAnthropic, policy.ZdrGoogle, policy.ZdrOpenAi, policy.ZdrOther,
            policy.ZdrXai, policy.FreePublication, policy.FreeTraining, policy.PaidTraining, null, null,
            guardrail.CreatedAt.UtcDateTime, guardrail.UpdatedAt?.UtcDateTime);
    }
}

/// <summary>A guardrail's assignment to a key.</summary>
internal sealed record KeyAssignmentView(
    Guid Id, Guid GuardrailId, string KeyHash, string KeyName, string KeyLabel, Guid? AssignedBy, DateTime CreatedAt);

/// <summary>A guardrail's assignment to a member.</summary>
internal sealed record MemberAssignmentView(
    Guid Id, Guid GuardrailId, Guid OrganizationId, Guid UserId, Guid? AssignedBy, DateTime CreatedAt);

internal sealed record GuardrailResponse(GuardrailView Data);

internal sealed record GuardrailsResponse(IReadOnlyList<GuardrailView> Data, int TotalCount);

internal sealed record KeyAssignmentsResponse(IReadOnlyList<KeyAssignmentView> Data, int TotalCount);

internal sealed record MemberAssignmentsResponse(IReadOnlyList<MemberAssignmentView> Data, int TotalCount);

internal sealed record AssignedResponse(int AssignedCount);

internal sealed record UnassignedResponse(int UnassignedCount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(GuardrailResponse))]
[JsonSerializable(typeof(GuardrailsResponse))]
[JsonSerializable(typeof(KeyAssignmentsResponse))]
[JsonSerializable(typeof(MemberAssignmentsResponse))]
[JsonSerializable(typeof(AssignedResponse))]
[JsonSerializable(typeof(UnassignedResponse))]
internal sealed partial class GuardrailJson : JsonSerializerContext;
