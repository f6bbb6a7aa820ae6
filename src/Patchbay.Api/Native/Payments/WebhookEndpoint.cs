using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Takes gateways' messages. One that is not proven to come from the gateway is answered with 400 and has no effect; one
/// that cannot be dealt with now with 503, so that it comes again; every other with 200.</summary>
internal static partial class WebhookEndpoint
{
    private const int LargestBody = 512 * 1024;
    private const int FirstBuffer = 8 * 1024;

    public static Task StripeAsync(HttpContext context) => TakeAsync(
        context,
        LedgerAccount.Stripe,
        "Stripe-Signature",
        static (_, signature, body, secrets, now) => WebhookSignature.RefuseStripe(signature, body, secrets.Stripe, now));

    public static Task CoinbaseAsync(HttpContext context) => TakeAsync(
        context,
        LedgerAccount.Crypto,
        "X-Hook0-Signature",
        static (context, signature, body, secrets, now) => WebhookSignature.RefuseCoinbase(
            signature, body, secrets.Coinbase, now, name => Header(context, name) ?? ""));

    private static async Task TakeAsync(
        HttpContext context,
        string gatewayName,
        string signatureName,
        Func<HttpContext, string, byte[], WebhookSecrets, DateTimeOffset, string?> refuse)
    {
        context.Response.Headers.CacheControl = "no-store";
        var services = context.RequestServices;
        var log = services.GetRequiredService<ILogger<WebhookSecrets>>();

        // Whoever does not even say that it is signed is not listened to.
        if (Header(context, signatureName) is not { Length: > 0 } signature)
        {
            await RefuseAsync("it bears no signature");
            return;
        }

        if (await ReadAsync(context) is not { } body)
        {
            await context.WriteErrorAsync(new GatewayError(GatewayErrorKind.PayloadTooLarge, "The message is too large."));
            return;
        }

        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (refuse(context, signature, body, services.GetRequiredService<WebhookSecrets>(), now) is { } reason)
        {
            await RefuseAsync(reason);
            return;
        }

        var desk = services.GetRequiredService<PaymentDesk>();
        var gateway = desk.Find(gatewayName)!;
        if (gateway.ParseEvent(body) is not { } message)
        {
            Log.Refused(log, gatewayName, "it is none of the gateway's form");
            await context.WriteErrorAsync(new GatewayError(GatewayErrorKind.InvalidRequest, "The message cannot be read."));
            return;
        }

        try
        {
            var outcome = await desk.HandleAsync(gateway, message, CancellationToken.None);
            await TypedResults.Json(
                new WebhookResponse(outcome.ToString().ToLowerInvariant()), PaymentsJson.Default.WebhookResponse).ExecuteAsync(context);
        }
        catch (Exception exception) when (exception is GatewayException or StorageUnavailableException)
        {
            Log.Waits(log, gatewayName, message.Type, exception.Message);
            await context.WriteErrorAsync(new GatewayError(
                GatewayErrorKind.StorageUnavailable, "The message cannot be dealt with right now. Send it again.")
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            });
        }

        Task RefuseAsync(string why)
        {
            Log.Refused(log, gatewayName, why);
            return context.WriteErrorAsync(new GatewayError(GatewayErrorKind.InvalidRequest, $"The message is refused: {why}."));
        }
    }

    // The buffer grows with what has really come: nobody is given much memory for a promise.
    private static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > LargestBody)
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            while (await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted) is var read and > 0)
            {
                length += read;
                if (length > LargestBody)
                {
                    return null;
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return buffer[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? Header(HttpContext context, string name) =>
        context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    private static partial class Log
    {
        [LoggerMessage(1080, LogLevel.Warning, "A message that says it comes from {Gateway} was refused: {Reason}.")]
        public static partial void Refused(ILogger logger, string gateway, string reason);

        [LoggerMessage(1081, LogLevel.Warning, "A message of {Gateway} ({Type}) has to come again: {Reason}")]
        public static partial void Waits(ILogger logger, string gateway, string type, string reason);
    }
}
