using System.Buffers;
using System.Buffers.Binary;

namespace Patchbay.Simulator.Hosting;

/// <summary>Writes messages of Amazon's binary event stream (https://smithy.io/2.0/aws/amazon-eventstream.html).</summary>
internal static class EventStreamWriter
{
    private const int Prelude = 12;
    private const int Checksum = 4;
    private const byte TextType = 7;

    /// <summary>Writes one message; a name that ends with "Exception" makes it an exception.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload, bool isCorrupt)
    {
        var isException = name.EndsWith("Exception"u8);
        var headers = new ArrayBufferWriter<byte>();
        WriteHeader(headers, isException ? ":exception-type"u8 : ":event-type"u8, name);
        WriteHeader(headers, ":content-type"u8, "application/json"u8);
        WriteHeader(headers, ":message-type"u8, isException ? "exception"u8 : "event"u8);
        var message = new byte[Prelude + headers.WrittenCount + payload.Length + Checksum];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), headers.WrittenCount);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), Crc(message.AsSpan(0, 8)));
        headers.WrittenSpan.CopyTo(message.AsSpan(Prelude));
        payload.CopyTo(message.AsSpan(Prelude + headers.WrittenCount));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(message.Length - Checksum), Crc(message.AsSpan(0, message.Length - Checksum)));
        message[message.Length / 2] ^= isCorrupt ? (byte)1 : (byte)0;
        output.Write(message);
    }

    private static void WriteHeader(ArrayBufferWriter<byte> headers, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        headers.Write([(byte)name.Length]);
        headers.Write(name);
        headers.Write([TextType, (byte)(value.Length >> 8), (byte)value.Length]);
        headers.Write(value);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}
