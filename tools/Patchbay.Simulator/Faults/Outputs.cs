using System.Globalization;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Faults;

/// <summary>Chooses the way out for a fault and writes the head of the answer.</summary>
internal static class Outputs
{
    private const long HugeHeaderBytes = 1L << 20;

    /// <summary>What a stream with a Content-Length claims to have.</summary>
    private const long ClaimedLength = 1_000_000_000;

    public static WireOutput Choose(Exchange exchange) => exchange.Settings.Fault switch
    {
        FaultKind.Cut or FaultKind.Rst or FaultKind.TruncatedChunk or FaultKind.ShortContentLength
            or FaultKind.HugeHeaders or FaultKind.DoubleTransferEncoding or FaultKind.Informational
            => new SocketOutput(exchange),
        _ => new KestrelOutput(exchange),
    };

    public static ValueTask StartAsync(Exchange exchange, WireOutput output, int status, string contentType, long? contentLength)
    {
        var settings = exchange.Settings;
        switch (settings.Fault)
        {
            case FaultKind.ShortContentLength:
                return output.StartAsync(status, contentType, contentLength ?? ClaimedLength, []);
            case FaultKind.HugeHeaders:
                var filler = new string('h', (int)(settings.Bytes ?? HugeHeaderBytes));
                return output.StartAsync(status, contentType, contentLength, [("X-Huge", filler)]);
            case FaultKind.DoubleTransferEncoding:
                ((SocketOutput)output).StartAmbiguous(status, contentType, contentLength ?? 5);
                return ValueTask.CompletedTask;
            case FaultKind.Informational:
                ((SocketOutput)output).Interim(102, "X-Interim: 1");
                ((SocketOutput)output).Interim(103, "Link: </style.css>; rel=preload; as=style");
                return output.StartAsync(status, contentType, contentLength, []);
            case FaultKind.SetCookie:
                return output.StartAsync(status, contentType, contentLength, [("Set-Cookie", "sim=1; Path=/; HttpOnly")]);
            case FaultKind.WrongEncoding:
                return output.StartAsync(status, contentType, contentLength, [("Content-Encoding", "gzip")]);
            default:
                return StartPlainAsync(exchange, output, status, contentType, contentLength);
        }
    }

    private static ValueTask StartPlainAsync(
        Exchange exchange, WireOutput output, int status, string contentType, long? contentLength)
    {
        var settings = exchange.Settings;
        if (settings.RetryAfter is null && settings.RetryAfterMs is null && exchange.ErrorName is null)
        {
            return output.StartAsync(status, contentType, contentLength, []);
        }

        var headers = new List<(string Name, string Value)>();
        if (exchange.ErrorName is { } name)
        {
            headers.Add(("x-amzn-ErrorType", name + ":http://internal.amazon.example/coral/"));
        }

        if (settings.RetryAfter is { } after)
        {
            headers.Add(("Retry-After", after.StartsWith("date:", StringComparison.Ordinal)
                ? exchange.Options.Time.GetUtcNow()
                    .AddSeconds(int.Parse(after.AsSpan(5), CultureInfo.InvariantCulture))
                    .ToString("R", CultureInfo.InvariantCulture)
                : after));
        }

        if (settings.RetryAfterMs is { } milliseconds)
        {
            headers.Add(("retry-after-ms", milliseconds.ToString(CultureInfo.InvariantCulture)));
        }

        return output.StartAsync(status, contentType, contentLength, [.. headers]);
    }
}
