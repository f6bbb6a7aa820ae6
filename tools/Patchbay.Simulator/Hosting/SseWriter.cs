using System.Buffers;
using System.Globalization;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Hosting;

/// <summary>Writes payloads as server-sent events in every style that a parser must accept.</summary>
internal static class SseWriter
{
    private const int LinesOfMultiline = 4;

    private static readonly SseStyle[] Rotation =
    [
        SseStyle.Plain, SseStyle.Nospace, SseStyle.Crlf, SseStyle.Comments, SseStyle.Cr, SseStyle.Multiline, SseStyle.Events,
    ];

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, SseStyle style, int index)
    {
        switch (style)
        {
            case SseStyle.Plain:
                output.Write("data: "u8);
                output.Write(payload);
                output.Write("\n\n"u8);
                break;
            case SseStyle.Nospace:
                output.Write("data:"u8);
                output.Write(payload);
                output.Write("\n\n"u8);
                break;
            case SseStyle.Crlf:
                output.Write("data: "u8);
                output.Write(payload);
                output.Write("\r\n\r\n"u8);
                break;
            case SseStyle.Cr:
                output.Write("data: "u8);
                output.Write(payload);
                output.Write("\r\r"u8);
                break;
            case SseStyle.Bom:
                output.Write(index == 0 ? "\uFEFF"u8 : ""u8);
                Write(output, payload, SseStyle.Plain, index);
                break;
            case SseStyle.Multiline:
                WriteLines(output, payload);
                break;
            case SseStyle.Events:
                output.Write("event: message\nid: "u8);
                index.TryFormat(output.GetSpan(11), out var digits, provider: CultureInfo.InvariantCulture);
                output.Advance(digits);
                output.Write("\nretry: 3000\n"u8);
                Write(output, payload, SseStyle.Plain, index);
                break;
            case SseStyle.Comments:
                output.Write(": keep-alive\n\n:\n"u8);
                Write(output, payload, SseStyle.Plain, index);
                break;
            case SseStyle.Mixed:
                Write(output, payload, Rotation[index % Rotation.Length], index);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(style), style, "Unknown style.");
        }
    }

    /// <summary>Breaks the payload after commas outside strings, where a line feed changes nothing in JSON.</summary>
    private static void WriteLines(IBufferWriter<byte> output, ReadOnlySpan<byte> payload)
    {
        var start = 0;
        var lines = 1;
        var quoted = false;
        for (var i = 0; i < payload.Length && lines < LinesOfMultiline; i++)
        {
            switch (payload[i])
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)',' when !quoted:
                    output.Write("data: "u8);
                    output.Write(payload[start..(i + 1)]);
                    output.Write("\n"u8);
                    start = i + 1;
                    lines++;
                    break;
            }
        }

        Write(output, payload[start..], SseStyle.Plain, 0);
    }
}
