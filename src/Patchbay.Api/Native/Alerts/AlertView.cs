using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A target of alerts as the API shows it: everything but the secret.</summary>
internal sealed record AlertTargetView(Guid Id, string Type, string Address, Guid? WorkspaceId, DateTime CreatedAt)
{
    public static AlertTargetView Of(AlertTarget target) => new(
        target.Id, target.Kind == AlertTargetKind.Webhook ? "webhook" : "email", target.Address, target.WorkspaceId,
        target.CreatedAt.UtcDateTime);
}

/// <summary>A delivery as the API shows it.</summary>
internal sealed record AlertDeliveryView(
    Guid Id, Guid AlertId, string Kind, string Summary, Guid TargetId, string Address, Guid? WorkspaceId, string State, int Attempts,
    DateTime? NextAttemptAt, string? Problem, DateTime CreatedAt, DateTime? EndedAt)
{
    public static AlertDeliveryView Of(AlertDelivery delivery) => new(
        delivery.Id, delivery.Alert.Id, delivery.Alert.Kind, delivery.Alert.Summary, delivery.Target.Id, delivery.Target.Address,
        delivery.Alert.WorkspaceId,
        delivery.State switch
        {
            AlertDeliveryState.Waiting => "waiting",
            AlertDeliveryState.Delivered => "delivered",
            _ => "given_up",
        },
        delivery.Attempts, delivery.State == AlertDeliveryState.Waiting ? delivery.NextAt.UtcDateTime : null, delivery.Problem,
        delivery.CreatedAt.UtcDateTime, delivery.EndedAt?.UtcDateTime);
}

internal sealed record AlertTargetsResponse(IReadOnlyList<AlertTargetView> Data);

internal sealed record CreatedAlertTargetResponse(AlertTargetView Data, string? Secret);

internal sealed record AlertDeliveriesResponse(IReadOnlyList<AlertDeliveryView> Data);

internal sealed record AlertSettingsView(Money? LowCreditsUsd);

internal sealed record AlertSettingsResponse(AlertSettingsView Data);

internal sealed record TestAlertView(Guid AlertId);

internal sealed record TestAlertResponse(TestAlertView Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(AlertTargetsResponse))]
[JsonSerializable(typeof(CreatedAlertTargetResponse))]
[JsonSerializable(typeof(AlertDeliveriesResponse))]
[JsonSerializable(typeof(AlertSettingsResponse))]
[JsonSerializable(typeof(TestAlertResponse))]
internal sealed partial class AlertJson : JsonSerializerContext;
