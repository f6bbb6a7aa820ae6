using System.Buffers;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Answers with a recorded file: chunk lines or raw events for streams, a JSON body otherwise.</summary>
internal static class ReplayAnswer
{
    private const string Chunks = ".chunks.txt";

    /// <summary>
    /// Sends <c>replay=FILE</c>. A name without its ending means <c>.chunks.txt</c> for a stream and <c>.json</c> otherwise.
    /// A JSON file goes with the scripted status, so that recorded error bodies can be replayed.
    /// </summary>
    /// <param name="exchange">The request.</param>
    /// <param name="stream">Whether it asks for a stream.</param>
    /// <param name="frames">What a protocol makes of chunk lines; null sends each as it is.</param>
    public static async Task SendAsync(Exchange exchange, bool stream, Func<byte[], IFrameSource>? frames = null)
    {
        var file = Locate(exchange, stream);
        var bytes = await File.ReadAllBytesAsync(file, exchange.Aborted);
        exchange.PlannedTokens = exchange.Settings.Tokens;
        if (file.EndsWith(Chunks, StringComparison.Ordinal))
        {
            await FramePump.SendAsync(exchange, frames is null ? new RecordedFrames(bytes) : frames(bytes));
        }
        else if (file.EndsWith(".sse", StringComparison.Ordinal))
        {
            await SendRawAsync(exchange, bytes);
        }
        else
        {
            exchange.Payload.ResetWrittenCount();
            exchange.Payload.Write(bytes);
            await PlainAnswer.SendJsonAsync(exchange, exchange.Settings.Status);
        }
    }

    private static string Locate(Exchange exchange, bool stream)
    {
        var name = exchange.Settings.Replay!;
        if (exchange.Options.ReplayDirectory is not { } directory)
        {
            throw new FormatException("'replay' needs the simulator to be started with a replay directory");
        }

        var root = Path.GetFullPath(directory);
        var file = Path.GetFullPath(Path.Combine(root, name));
        if (!file.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new FormatException($"'replay' must stay below the replay directory, got '{name}'");
        }

        if (!File.Exists(file))
        {
            file += stream ? Chunks : ".json";
        }

        return File.Exists(file) ? file : throw new FormatException($"'replay' found no file '{name}'");
    }

    private static async Task SendRawAsync(Exchange exchange, byte[] bytes)
    {
        if (await OpeningFault.TookOverAsync(exchange))
        {
            return;
        }

        var output = Outputs.Choose(exchange);
        await Outputs.StartAsync(exchange, output, 200, "text/event-stream", contentLength: null);
        using var stage = ByteStage.Choose(exchange, output);
        if (stage is not null)
        {
            stage.Writer.Write(bytes);
            await stage.FinishAsync();
        }
        else
        {
            output.Writer.Write(bytes);
        }

        exchange.Sent(0, exchange.PlannedTokens);
        await output.EndAsync();
    }
}
