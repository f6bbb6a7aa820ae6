using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Patchbay.Protocol.Tests;

/// <summary>The messages of eventstream-vectors.json, which names where they were published.</summary>
internal static class EventStreamVectors
{
    private static readonly JsonElement Root = Read();

    public static IEnumerable<(string Name, JsonElement Vector)> Positive() => All("positive");

    public static IEnumerable<(string Name, JsonElement Vector)> Negative() => All("negative");

    public static byte[] Encoded(JsonElement vector) => vector.GetProperty("encoded").GetBytesFromBase64();

    /// <summary>All good messages, one behind the other.</summary>
    public static byte[] Whole() => [.. Positive().SelectMany(item => Encoded(item.Vector))];

    public static string Expected(JsonElement vector)
    {
        var text = new StringBuilder();
        foreach (var header in vector.GetProperty("headers").EnumerateArray())
        {
            var value = header.GetProperty("value");
            text.Append(header.GetProperty("name").GetString()).Append(':')
                .Append(header.GetProperty("type").GetInt32().ToString(CultureInfo.InvariantCulture)).Append('=')
                .Append(value.ValueKind switch
                {
                    JsonValueKind.String => Convert.ToHexString(value.GetBytesFromBase64()),
                    JsonValueKind.Number => value.GetInt64().ToString(CultureInfo.InvariantCulture),
                    _ => value.GetBoolean() ? "1" : "0",
                })
                .Append(';');
        }

        return text.Append(Convert.ToHexString(vector.GetProperty("payload").GetBytesFromBase64())).ToString();
    }

    public static string Describe(EventMessage message)
    {
        var text = new StringBuilder();
        foreach (var header in message.Headers)
        {
            text.Append(Encoding.UTF8.GetString(header.Name)).Append(':')
                .Append(((int)header.Type).ToString(CultureInfo.InvariantCulture)).Append('=')
                .Append(header.Whole is { } whole
                    ? whole.ToString(CultureInfo.InvariantCulture)
                    : Convert.ToHexString(header.Value))
                .Append(';');
        }

        return text.Append(Convert.ToHexString(message.Payload)).ToString();
    }

    public static void Write(EventMessageWriter writer, JsonElement vector, IBufferWriter<byte> output)
    {
        foreach (var header in vector.GetProperty("headers").EnumerateArray())
        {
            var name = Encoding.UTF8.GetBytes(header.GetProperty("name").GetString()!);
            var value = header.GetProperty("value");
            switch ((EventHeaderType)header.GetProperty("type").GetInt32())
            {
                case EventHeaderType.True or EventHeaderType.False:
                    writer.AddBoolean(name, value.GetBoolean());
                    break;
                case EventHeaderType.Bytes:
                    writer.AddBytes(name, value.GetBytesFromBase64());
                    break;
                case EventHeaderType.Text:
                    writer.AddText(name, value.GetBytesFromBase64());
                    break;
                case EventHeaderType.Uuid:
                    writer.AddUuid(name, value.GetBytesFromBase64());
                    break;
                case var type:
                    writer.AddWhole(name, type, value.GetInt64());
                    break;
            }
        }

        writer.Finish(vector.GetProperty("payload").GetBytesFromBase64(), output);
    }

    private static IEnumerable<(string Name, JsonElement Vector)> All(string list)
    {
        foreach (var vector in Root.GetProperty(list).EnumerateArray())
        {
            yield return (vector.GetProperty("name").GetString()!, vector);
        }
    }

    private static JsonElement Read()
    {
        using var stream = typeof(EventStreamVectors).Assembly.GetManifestResourceStream("eventstream-vectors.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
