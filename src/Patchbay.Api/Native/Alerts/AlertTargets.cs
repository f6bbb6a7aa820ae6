using System.Buffers.Text;
using System.Net.Mail;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>GET /alerts/targets</c>: who is told of the organization's alerts.</summary>
internal sealed class ListAlertTargets(IAlertStore alerts) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var targets = await alerts.ListTargetsAsync(caller.OrganizationId, context.RequestAborted);
        return TypedResults.Json(
            new AlertTargetsResponse([.. targets.Select(AlertTargetView.Of)]), AlertJson.Default.AlertTargetsResponse);
    }
}

/// <summary><c>POST /alerts/targets</c>: has a URL or an e-mail address told of alerts. What webhooks are signed with is in this
/// answer and nowhere else.</summary>
internal sealed class CreateAlertTarget(
    IAlertStore alerts, IWorkspaceStore workspaces, SecretVault vault, AlertOptions options, TimeProvider clock) : IOperation
{
    private const int LongestAddress = 2000;
    private const int MostTargets = 50;
    private const int SecretBytes = 32;

    private static readonly ErrorResult TooMany = new(new GatewayError(
        GatewayErrorKind.InvalidRequest, $"An organization has at most {MostTargets} targets of alerts."));

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var body = await JsonBody.ReadAsync(context.Request);
        var type = body.Text("type", 20);
        var address = body.Text("address", LongestAddress);
        var workspace = body.Id("workspace_id").Or(null);
        var kind = type.Value == "email" ? AlertTargetKind.Email : AlertTargetKind.Webhook;
        if (!type.IsPresent || type.Value is not ("webhook" or "email"))
        {
            body.Refuse("type", "must be 'webhook' or 'email'.");
        }
        else if (kind == AlertTargetKind.Email && !options.CanMail)
        {
            body.Refuse("type", "cannot be 'email': the operator has set no mail server (smtp.host).");
        }

        if (!address.IsPresent)
        {
            body.Refuse("address", "is required.");
        }
        else if (Problem(kind, address.Value) is { } problem)
        {
            body.Refuse("address", problem);
        }

        if (body.FindFault() is null && workspace is { } id
            && (await workspaces.FindAsync(caller.OrganizationId, id.ToString("D"), context.RequestAborted))?.Id != id)
        {
            body.Refuse("workspace_id", "is no workspace of this organization.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        if ((await alerts.ListTargetsAsync(caller.OrganizationId, context.RequestAborted)).Count >= MostTargets)
        {
            return TooMany;
        }

        var secret = kind == AlertTargetKind.Webhook
            ? "whsec_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))
            : null;
        var target = new AlertTarget
        {
            Id = IdempotentExecution.NewId(context, now),
            OrganizationId = caller.OrganizationId,
            WorkspaceId = workspace,
            Kind = kind,
            Address = address.Value,
            CreatedAt = now,
        };
        target = target with
        {
            Sealed = secret is null
                ? null
                : await vault.SealAsync(AlertSecrets.PlaceOf(target), secret, CancellationToken.None),
        };
        await alerts.AddTargetAsync(target, CancellationToken.None);
        return TypedResults.Json(
            new CreatedAlertTargetResponse(AlertTargetView.Of(target), secret), AlertJson.Default.CreatedAlertTargetResponse,
            statusCode: StatusCodes.Status201Created);
    }

    private string? Problem(AlertTargetKind kind, string address)
    {
        if (kind == AlertTargetKind.Email)
        {
            return MailAddress.TryCreate(address, out var mail) && mail.Address == address && address.Length <= 254
                && address.All(static letter => letter is > ' ' and < '\x7f' and not ('<' or '>' or '"' or '\\'))
                ? null
                : "must be an e-mail address, in ASCII and without a name.";
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http")
            || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return "must be an https address, without a user's name and without a fragment.";
        }

        return uri.Scheme == Uri.UriSchemeHttps || options.AllowsPrivate ? null : "must be an https address.";
    }
}

/// <summary><c>DELETE /alerts/targets/{id}</c>: tells it nothing more.</summary>
internal sealed class DeleteAlertTarget(IAlertStore alerts) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller) =>
        Guid.TryParseExact(context.GetRouteValue("id") as string, "D", out var id)
        && (await alerts.DeleteTargetAsync(id, caller.OrganizationId, CancellationToken.None)
            || IdempotentExecution.Of(context) is { IsRepeat: true })
            ? TypedResults.Json(new DeletedResponse(true), KeyJson.Default.DeletedResponse)
            : ErrorResult.NotFound("target of alerts with this id");
}

/// <summary><c>POST /alerts/targets/{id}/test</c>: sends it an alert that means nothing. How that ended is in the list of
/// deliveries.</summary>
internal sealed class TestAlertTarget(IAlertStore alerts, TimeProvider clock) : IOperation
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private static readonly ErrorResult TooSoon = new(new GatewayError(
        GatewayErrorKind.RateLimited,
        "A target is tried out once a minute, and not while an alert waits to be delivered to it; "
        + "an organization tries out five targets a minute.")
    {
        RetryAfter = Every,
    });

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (!Guid.TryParseExact(context.GetRouteValue("id") as string, "D", out var id)
            || await alerts.FindTargetAsync(id, caller.OrganizationId, context.RequestAborted) is not { } target)
        {
            return ErrorResult.NotFound("target of alerts with this id");
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var alert = new Alert
        {
            Id = IdempotentExecution.NewId(context, now),
            Key = $"test/{IdempotentExecution.NewId(context, now):N}",
            Kind = Alert.TestKind,
            OrganizationId = caller.OrganizationId,
            WorkspaceId = target.WorkspaceId,
            Summary = "This is a test. Alerts of Patchbay will arrive here.",
            Data = "{}",
            CreatedAt = now,
        };
        if (!await alerts.AddTestAsync(alert, target.Id, now - Every, CancellationToken.None))
        {
            return TooSoon;
        }

        return TypedResults.Json(
            new TestAlertResponse(new TestAlertView(alert.Id)), AlertJson.Default.TestAlertResponse,
            statusCode: StatusCodes.Status202Accepted);
    }
}
