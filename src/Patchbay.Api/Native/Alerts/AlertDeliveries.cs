using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /alerts/deliveries</c>: what was told to whom, the newest first.</summary>
internal sealed class ListAlertDeliveries(IAlertStore alerts) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var values = new QueryValues(context.Request);
        var (offset, limit) = values.Page(100, 50);
        if (values.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var found = await alerts.ListDeliveriesAsync(caller.OrganizationId, offset, limit, context.RequestAborted);
        return TypedResults.Json(
            new AlertDeliveriesResponse([.. found.Select(AlertDeliveryView.Of)]), AlertJson.Default.AlertDeliveriesResponse);
    }
}

/// <summary><c>GET /alerts/settings</c>: when the organization's owners are told of low funds.</summary>
internal sealed class ReadAlertSettings(IAlertStore alerts) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller) => TypedResults.Json(
        new AlertSettingsResponse(new AlertSettingsView(await alerts.GetLowCreditsAsync(caller.OrganizationId, context.RequestAborted))),
        AlertJson.Default.AlertSettingsResponse);
}

/// <summary><c>PUT /alerts/settings</c>: changes that.</summary>
internal sealed class SetAlertSettings(IAlertStore alerts) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        var low = body.Dollars("low_credits_usd");
        if (!low.IsPresent)
        {
            body.Refuse("low_credits_usd", "is required: a number of dollars, or null.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        await alerts.SetLowCreditsAsync(caller.OrganizationId, low.Value, CancellationToken.None);
        return TypedResults.Json(
            new AlertSettingsResponse(new AlertSettingsView(low.Value)), AlertJson.Default.AlertSettingsResponse);
    }
}
