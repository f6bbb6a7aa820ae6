using System.Buffers;
using System.IO.Compression;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Faults;

/// <summary>Sends an answer that is one body, with the scripted fault.</summary>
internal static class PlainAnswer
{
    /// <summary>Sends the exchange's payload as JSON.</summary>
    public static async Task SendJsonAsync(Exchange exchange, int status = 200)
    {
        if (await OpeningFault.TookOverAsync(exchange))
        {
            return;
        }

        var settings = exchange.Settings;
        if (settings.TimeToFirstToken > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(settings.TimeToFirstToken), exchange.Options.Time, exchange.Aborted);
        }

        if (settings.TokensPerSecond > 0 && exchange.PlannedTokens > 0)
        {
            var generating = TimeSpan.FromSeconds(exchange.PlannedTokens / settings.TokensPerSecond);
            await Task.Delay(generating, exchange.Options.Time, exchange.Aborted);
        }

        if (settings.Fault is FaultKind.ErrorIn200 or FaultKind.ErrorMidStream)
        {
            exchange.PromptTokens = 0;
            exchange.PlannedTokens = 0;
            exchange.Payload.ResetWrittenCount();
            exchange.Protocol.WriteError(exchange.Payload, ErrorReplies.For(settings, statusWhenOk: 500));
            await SendBodyAsync(exchange, 200, exchange.Payload.WrittenMemory);
            exchange.Settle(RequestOutcome.Faulted);
            return;
        }

        await SendBodyAsync(exchange, status, exchange.Payload.WrittenMemory);
    }

    /// <summary>Sends the error that the settings script.</summary>
    public static Task SendScriptedErrorAsync(Exchange exchange) =>
        SendErrorAsync(exchange, ErrorReplies.For(exchange.Settings));

    /// <summary>Sends an error body and counts the request as faulted.</summary>
    public static async Task SendErrorAsync(Exchange exchange, ErrorReply error)
    {
        exchange.Payload.ResetWrittenCount();
        exchange.Protocol.WriteError(exchange.Payload, error);
        exchange.ErrorName = exchange.Protocol.ErrorName(error);
        await SendJsonAsync(exchange, error.Status);
        exchange.Settle(RequestOutcome.Faulted);
    }

    private static async Task SendBodyAsync(Exchange exchange, int status, ReadOnlyMemory<byte> body)
    {
        var settings = exchange.Settings;
        body = settings.Fault switch
        {
            FaultKind.MalformedJson or FaultKind.CutClean => body[..Half(settings, body)],
            FaultKind.WrongEncoding => Compress(body),
            _ => body,
        };

        var output = Outputs.Choose(exchange);
        long? length = settings.Fault is FaultKind.Cut or FaultKind.Rst or FaultKind.TruncatedChunk or FaultKind.Endless
            ? null
            : settings.Fault == FaultKind.HugeLine ? body.Length + HugeBytes(settings) : body.Length;
        await Outputs.StartAsync(exchange, output, status, "application/json", length);
        switch (settings.Fault)
        {
            case FaultKind.Cut or FaultKind.ShortContentLength or FaultKind.TruncatedChunk or FaultKind.Rst:
                output.Writer.Write(body.Span[..Half(settings, body)]);
                await BreakAsync((SocketOutput)output, settings.Fault);
                return;
            case FaultKind.Stall:
                output.Writer.Write(body.Span[..Half(settings, body)]);
                await output.FlushAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Options.Time, exchange.Aborted);
                return;
            case FaultKind.HugeLine:
                await PadAsync(output, HugeBytes(settings));
                break;
            case FaultKind.Endless:
                await PadAsync(output, settings.Bytes ?? long.MaxValue);
                break;
        }

        exchange.Sent(0, exchange.PlannedTokens);
        using var stage = settings.Fault == FaultKind.WrongEncoding ? null : ByteStage.Choose(exchange, output);
        if (stage is not null)
        {
            stage.Writer.Write(body.Span);
            await stage.FinishAsync();
        }
        else
        {
            output.Writer.Write(body.Span);
        }

        await output.EndAsync();
        if (settings.Fault is FaultKind.MalformedJson or FaultKind.CutClean)
        {
            exchange.Settle(RequestOutcome.Faulted);
        }
    }

    private static long HugeBytes(Behavior settings) => settings.Bytes ?? MidStreamFault.HugeLineBytes;

    private static int Half(Behavior settings, ReadOnlyMemory<byte> body) =>
        Math.Min(settings.After ?? (body.Length / 2), body.Length);

    private static ValueTask BreakAsync(SocketOutput output, FaultKind fault) => fault switch
    {
        FaultKind.Rst => output.ResetAsync(),
        FaultKind.TruncatedChunk => output.CutInsideChunkAsync(),
        _ => output.CutAsync(),
    };

    /// <summary>White space before the JSON: correct, and very long.</summary>
    private static async ValueTask PadAsync(WireOutput output, long bytes)
    {
        const int Block = 64 * 1024;
        for (var left = bytes; left > 0; left -= Block)
        {
            var size = (int)Math.Min(left, Block);
            output.Writer.GetSpan(size)[..size].Fill((byte)' ');
            output.Writer.Advance(size);
            await output.FlushAsync();
        }
    }

    private static byte[] Compress(ReadOnlyMemory<byte> body)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }

        return target.ToArray();
    }
}
