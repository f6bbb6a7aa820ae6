using System.Text.Json.Serialization;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>A workspace as the API shows it. What this server has no feature for shows the value that says so.</summary>
internal sealed record WorkspaceView(
    Guid Id,
    string Name,
    string Slug,
    string? Description,
    Guid? CreatedBy,
    DateTime CreatedAt,
    DateTime? UpdatedAt,
    Guid DefaultGuardrailId,
    string? DefaultImageModel,
    string? DefaultProviderSort,
    string? DefaultTextModel,
    bool IncludeByokInBudgets,
    IReadOnlyList<long>? IoLoggingApiKeyIds,
    int IoLoggingSamplingRate,
    bool IsDataDiscountLoggingEnabled,
    bool IsObservabilityBroadcastEnabled,
    bool IsObservabilityIoLoggingEnabled)
{
    public static WorkspaceView Of(Workspace workspace, bool includesByok) => new(
        workspace.Id, workspace.Name, workspace.Slug, workspace.Description, workspace.CreatedBy, workspace.CreatedAt.UtcDateTime,
        workspace.UpdatedAt?.UtcDateTime, Guardrail.DefaultIdOf(workspace.Id), null, null, null, includesByok, null, 1,
        workspace.LoggingDiscount, false, false);
}

internal sealed record WorkspaceResponse(WorkspaceView Data);

internal sealed record WorkspacesResponse(IReadOnlyList<WorkspaceView> Data, int TotalCount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WorkspaceResponse))]
[JsonSerializable(typeof(WorkspacesResponse))]
internal sealed partial class WorkspaceJson : JsonSerializerContext;
