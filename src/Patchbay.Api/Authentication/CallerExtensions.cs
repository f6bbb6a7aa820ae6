using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>How routes learn who calls.</summary>
public static class CallerExtensions
{
    private static readonly GatewayError ManagementOnly = new(
        GatewayErrorKind.Forbidden, "Only management keys can perform this operation.");

    private static readonly GatewayError InferenceOnly = new(
        GatewayErrorKind.Forbidden, "Management keys cannot call models. Use an API key.");

    /// <summary>The caller of this request by its <c>Authorization</c> header, or else <c>x-api-key</c>.</summary>
    public static ValueTask<AuthenticationResult> AuthenticateAsync(this CallerDirectory directory, HttpContext context)
    {
        var headers = context.Request.Headers;
        var credential = headers.Authorization;
        return directory.AuthenticateAsync((credential.Count > 0 ? credential[0] : headers["x-api-key"].ToString()).AsSpan());
    }

    /// <summary>Narrows an answer to callers that may manage.</summary>
    public static AuthenticationResult RequireManagement(this AuthenticationResult result) =>
        result.Caller is { CanManage: false } ? new AuthenticationResult(null, ManagementOnly) : result;

    /// <summary>Narrows an answer to callers that may call models.</summary>
    public static AuthenticationResult RequireInference(this AuthenticationResult result) =>
        result.Caller is { CanInfer: false } ? new AuthenticationResult(null, InferenceOnly) : result;
}
