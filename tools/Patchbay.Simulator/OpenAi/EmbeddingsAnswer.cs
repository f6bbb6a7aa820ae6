using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Answers embeddings: unit vectors that depend on the seed and the input alone.</summary>
internal static class EmbeddingsAnswer
{
    private const int DefaultDimensions = 16;

    private const int MostDimensions = 65_536;

    public static Task SendAsync(Exchange exchange)
    {
        try
        {
            using var request = JsonDocument.Parse(exchange.Body);
            return SendAsync(exchange, request.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The body is not an embeddings request: {exception.Message}", exception);
        }
    }

    private static Task SendAsync(Exchange exchange, JsonElement request)
    {
        var named = request.TryGetProperty("model"u8, out var value) ? value.GetString() ?? "" : "";
        var model = exchange.Understand(named, streaming: false);
        if (exchange.Settings.Status != 200)
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        if (!request.TryGetProperty("input"u8, out var input))
        {
            throw new FormatException("'input' is missing");
        }

        var dimensions = request.TryGetProperty("dimensions"u8, out var asked) && asked.TryGetInt32(out var number)
            ? Math.Clamp(number, 1, MostDimensions)
            : DefaultDimensions;
        var base64 = request.TryGetProperty("encoding_format"u8, out var format) && format.ValueEquals("base64"u8);
        var output = exchange.Payload;
        output.Write("{\"object\":\"list\",\"data\":["u8);
        var tokens = WriteAll(exchange, input, dimensions, base64);
        exchange.PromptTokens = exchange.Settings.PromptTokens ?? Math.Max(1, tokens);
        output.Write("],\"model\":"u8);
        output.WriteQuoted(model);
        if (exchange.Settings.Usage != UsageShape.Missing)
        {
            output.Write(",\"usage\":{\"prompt_tokens\":"u8);
            output.WriteNumber(exchange.PromptTokens);
            output.Write(",\"total_tokens\":"u8);
            output.WriteNumber(exchange.PromptTokens);
            output.Write("}"u8);
        }

        output.Write("}"u8);
        return PlainAnswer.SendJsonAsync(exchange);
    }

    /// <summary>A text, a list of texts, a list of token numbers, or a list of such lists.</summary>
    private static int WriteAll(Exchange exchange, JsonElement input, int dimensions, bool base64)
    {
        var isMany = input.ValueKind == JsonValueKind.Array
            && input.GetArrayLength() > 0 && input[0].ValueKind != JsonValueKind.Number;
        if (!isMany)
        {
            WriteOne(exchange, input, 0, dimensions, base64);
            return CountTokens(input);
        }

        var tokens = 0;
        var index = 0;
        foreach (var one in input.EnumerateArray())
        {
            exchange.Payload.Write(index == 0 ? ""u8 : ","u8);
            WriteOne(exchange, one, index++, dimensions, base64);
            tokens += CountTokens(one);
        }

        return tokens;
    }

    private static int CountTokens(JsonElement input) => input.ValueKind == JsonValueKind.Array
        ? input.GetArrayLength()
        : (System.Text.Encoding.UTF8.GetByteCount(input.GetString() ?? "") + 3) / 4;

    private static void WriteOne(Exchange exchange, JsonElement input, int index, int dimensions, bool base64)
    {
        var vector = Vector(Dice.Roll(exchange.Options.Seed, Dice.Hash(JsonMarshal.GetRawUtf8Value(input))), dimensions);
        var output = exchange.Payload;
        output.Write("{\"object\":\"embedding\",\"index\":"u8);
        output.WriteNumber(index);
        output.Write(",\"embedding\":"u8);
        if (base64)
        {
            WriteBase64(output, vector);
        }
        else
        {
            WriteNumbers(output, vector);
        }

        output.Write("}"u8);
    }

    private static float[] Vector(ulong seed, int dimensions)
    {
        var vector = new float[dimensions];
        var squares = 0.0;
        for (var i = 0; i < dimensions; i++)
        {
            var component = (Dice.Fraction(seed, (ulong)i) * 2) - 1;
            vector[i] = (float)component;
            squares += component * component;
        }

        var length = Math.Sqrt(squares);
        for (var i = 0; i < dimensions && length > 0; i++)
        {
            vector[i] = (float)(vector[i] / length);
        }

        return vector;
    }

    private static void WriteNumbers(ArrayBufferWriter<byte> output, float[] vector)
    {
        output.Write("["u8);
        for (var i = 0; i < vector.Length; i++)
        {
            output.Write(i == 0 ? ""u8 : ","u8);
            vector[i].TryFormat(output.GetSpan(32), out var written, "G9", CultureInfo.InvariantCulture);
            output.Advance(written);
        }

        output.Write("]"u8);
    }

    private static void WriteBase64(ArrayBufferWriter<byte> output, float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        output.Write("\""u8);
        var span = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, span, out _, out var written);
        output.Advance(written);
        output.Write("\""u8);
    }
}
