using System.Buffers;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Faults;

/// <summary>Faults that take the place of the whole answer, and the delay before its headers.</summary>
internal static class OpeningFault
{
    private const long BombBytes = 1L << 30;

    /// <summary>Waits for the scripted header delay; true when a fault has answered in place of the caller.</summary>
    public static async ValueTask<bool> TookOverAsync(Exchange exchange)
    {
        var settings = exchange.Settings;
        if (settings.HeaderDelay > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(settings.HeaderDelay), exchange.Options.Time, exchange.Aborted);
        }

        switch (settings.Fault)
        {
            case FaultKind.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Options.Time, exchange.Aborted);
                return true;
            case FaultKind.Html:
                await SendAsync(exchange, 200, "text/html; charset=utf-8", CaptivePage, []);
                return true;
            case FaultKind.Redirect:
                var target = settings.Location ?? RedirectTarget(exchange);
                await SendAsync(exchange, 302, "text/plain", ReadOnlyMemory<byte>.Empty, [("Location", target)]);
                return true;
            case FaultKind.GzipBomb:
                await SendBombAsync(exchange, settings);
                return true;
            default:
                return false;
        }
    }

    private static ReadOnlyMemory<byte> CaptivePage { get; } =
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to this network</h1></body></html>\n"u8
            .ToArray();

    private static async ValueTask SendAsync(
        Exchange exchange, int status, string contentType, ReadOnlyMemory<byte> body, (string Name, string Value)[] headers)
    {
        exchange.PromptTokens = 0;
        var output = new KestrelOutput(exchange);
        await output.StartAsync(status, contentType, body.Length, headers);
        output.Writer.Write(body.Span);
        await output.EndAsync();
        exchange.Settle(RequestOutcome.Faulted);
    }

    /// <summary>The same route at a provider that nobody configures, so that a client who follows shows in the log.</summary>
    private static string RedirectTarget(Exchange exchange)
    {
        var prefix = "/" + exchange.Provider.Name;
        var rest = exchange.Path.StartsWith(prefix + "/", StringComparison.Ordinal)
            ? exchange.Path[prefix.Length..]
            : exchange.Path;
        return "/redirected" + rest;
    }

    private static async ValueTask SendBombAsync(Exchange exchange, Behavior settings)
    {
        exchange.PromptTokens = 0;
        var encoding = settings.Encoding == "nested" ? "gzip, gzip" : settings.Encoding;
        var output = new KestrelOutput(exchange);
        await output.StartAsync(200, "application/json", contentLength: null, [("Content-Encoding", encoding)]);
        await CompressionBomb.SendAsync(output, settings.Encoding, settings.Bytes ?? BombBytes);
        exchange.Settle(RequestOutcome.Faulted);
    }
}
