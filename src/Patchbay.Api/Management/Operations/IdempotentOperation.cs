using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>An operation whose request has an <c>Idempotency-Key</c>: executed once, answered as often as it is asked for
/// within 24 hours. The key's meaning is Stripe's, https://docs.stripe.com/api/idempotent_requests.</summary>
internal sealed class IdempotentOperation(HttpContext context, Caller caller)
{
    private const string Header = "Idempotency-Key";
    private const int LongestKey = 255;
    private const int LargestBody = 64 * 1024;

    // Claims of a process that has died are free; this names the living one.
    private static readonly Guid Process = Guid.CreateVersion7();

    private static readonly GatewayError Running = new(
        GatewayErrorKind.Conflict, "A request with this Idempotency-Key is still running. Send it again in a moment.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
        Parameter = Header,
    };

    private static readonly GatewayError Different = new(
        GatewayErrorKind.IdempotencyMismatch, "This Idempotency-Key was used for a request with another content.")
    {
        Parameter = Header,
    };

    private static readonly GatewayError Malformed = new(
        GatewayErrorKind.InvalidRequest, "'Idempotency-Key' must be 1 to 255 printable ASCII characters.")
    {
        Parameter = Header,
    };

    private static readonly GatewayError OtherCaller = new(
        GatewayErrorKind.Conflict, "The request was executed for another key of this organization, which alone can read its answer.")
    {
        Parameter = Header,
    };

    private readonly IIdempotencyStore _store = context.RequestServices.GetRequiredService<IIdempotencyStore>();

    /// <summary>Whether a request is of this kind: one that changes something, with the header.</summary>
    public static bool IsAsked(HttpContext context, Access access) =>
        access == Access.Management
        && !HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.ContainsKey(Header);

    /// <summary>Executes the operation, or answers as it was answered before.</summary>
    public async Task RunAsync(IOperation operation)
    {
        var key = context.Request.Headers[Header].ToString();
        if (key.Length is 0 or > LongestKey || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            await context.WriteErrorAsync(Malformed);
            return;
        }

        var body = await ReadBodyAsync();
        var request = new IdempotentRequest(Scope(), key, HashOf(body), Process);
        var claim = await _store.ClaimAsync(request, context.RequestAborted);
        switch (claim.State)
        {
            case ClaimState.Granted:
                await ExecuteAsync(operation, request, claim);
                break;
            case ClaimState.Answered when IdempotentAnswer.Open(claim.Response!, Credential(), claim.Id) is { } answer:
                await AnswerAsync(claim.Status, answer, isReplay: true);
                break;
            default:
                await context.WriteErrorAsync(claim.State switch
                {
                    ClaimState.Running => Running,
                    ClaimState.Different => Different,
                    _ => OtherCaller,
                });
                break;
        }
    }

    // From here on the caller's leaving ends nothing: what was begun is finished and remembered.
    private async Task ExecuteAsync(IOperation operation, IdempotentRequest request, IdempotencyClaim claim)
    {
        context.Features.Set(new IdempotentExecution(claim.Id, claim.IsRepeat));
        var (status, answer) = (0, Array.Empty<byte>());
        try
        {
            (status, answer) = await CaptureAsync(operation);
        }
        finally
        {
            if (status is 0 or 400 or >= 500)
            {
                // A request that was refused as malformed had no effect; of any other failure that is not known.
                await _store.ReleaseAsync(request, claim.Id, forget: status == 400 && !claim.IsRepeat, CancellationToken.None);
            }
        }

        if (status is not 400 and < 500)
        {
            await _store.FinishAsync(
                request, claim.Id, status, IdempotentAnswer.Seal(answer, Credential(), claim.Id), CancellationToken.None);
        }

        await AnswerAsync(status, answer, isReplay: false);
    }

    private async Task<(int Status, byte[] Answer)> CaptureAsync(IOperation operation)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var memory = new MemoryStream();
        var captured = new StreamResponseBodyFeature(memory);
        context.Features.Set<IHttpResponseBodyFeature>(captured);
        try
        {
            var result = await operation.RunAsync(context, caller);
            await result.ExecuteAsync(context);
            await captured.CompleteAsync();
            return (context.Response.StatusCode, memory.ToArray());
        }
        finally
        {
            context.Features.Set(original);
        }
    }

    private async Task AnswerAsync(int status, byte[] answer, bool isReplay)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        if (isReplay)
        {
            context.Response.Headers["Idempotent-Replayed"] = "true";
        }

        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    // One byte more than an operation accepts, so that it sees that there is too much.
    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        var bytes = new byte[LargestBody + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, false, context.RequestAborted);
        context.Request.Body = new MemoryStream(bytes, 0, length, writable: false);
        return bytes.AsMemory(0, length);
    }

    // The organization and the route as it was mapped; the address itself is a part of the hash.
    private string Scope()
    {
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? context.Request.Path.Value;
        return $"{caller.OrganizationId:N} {context.Request.Method} {route}";
    }

    private byte[] HashOf(ReadOnlyMemory<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{context.Request.Path}{context.Request.QueryString}\n"));
        hash.AppendData(body.Span);
        return hash.GetHashAndReset();
    }

    // The text itself: its SHA-256 is in the database.
    private byte[] Credential()
    {
        var headers = context.Request.Headers;
        var text = headers.Authorization.Count > 0 ? headers.Authorization[0] : headers["x-api-key"].ToString();
        return Encoding.UTF8.GetBytes(CallerDirectory.StripScheme(text).ToString());
    }
}
