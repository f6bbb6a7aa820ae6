using System.Buffers;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Turns <c>logprobsResult</c> (https://ai.google.dev/api/generate-content#LogprobsResult) into the form of OpenAI's
/// chat API.</summary>
internal static class GeminiLogprobs
{
    /// <summary>Hands the chosen tokens and their rivals to the sink; nothing where there are none.</summary>
    public static void Read(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        ReadOnlySpan<byte> chosen = default, top = default;
        var cursor = new JsonCursor(json);
        while (cursor.NextMember())
        {
            if (cursor.Is("chosenCandidates"u8))
            {
                chosen = cursor.Value;
            }
            else if (cursor.Is("topCandidates"u8))
            {
                top = cursor.Value;
            }
        }

        var tokens = new JsonCursor(chosen);
        if (!tokens.NextItem())
        {
            return;
        }

        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output, ErrorBody.Options);
        var rivals = new JsonCursor(top);
        writer.WriteStartObject();
        writer.WriteStartArray("content"u8);
        do
        {
            writer.WriteStartObject();
            WriteToken(tokens.Value, writer);
            writer.WriteStartArray("top_logprobs"u8);
            if (rivals.NextItem())
            {
                WriteRivals(rivals.Value, writer);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        while (tokens.NextItem());

        writer.WriteEndArray();
        writer.WriteNull("refusal"u8);
        writer.WriteEndObject();
        writer.Flush();
        sink.Logprobs(output.WrittenSpan);
    }

    private static void WriteRivals(ReadOnlySpan<byte> step, Utf8JsonWriter writer)
    {
        var cursor = new JsonCursor(step);
        while (cursor.NextMember())
        {
            if (!cursor.Is("candidates"u8))
            {
                continue;
            }

            var candidates = new JsonCursor(cursor.Value);
            while (candidates.NextItem())
            {
                writer.WriteStartObject();
                WriteToken(candidates.Value, writer);
                writer.WriteEndObject();
            }
        }
    }

    private static void WriteToken(ReadOnlySpan<byte> candidate, Utf8JsonWriter writer)
    {
        ReadOnlySpan<byte> token = default, logprob = default;
        var cursor = new JsonCursor(candidate);
        while (cursor.NextMember())
        {
            if (cursor.Is("token"u8))
            {
                token = new JsonScratch().Text(cursor.Value);
            }
            else if (cursor.Is("logProbability"u8))
            {
                logprob = cursor.Value;
            }
        }

        writer.WriteString("token"u8, token);
        writer.WritePropertyName("logprob"u8);

        // Protobuf leaves a zero out.
        writer.WriteRawValue(logprob is [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..] ? logprob : "0"u8, skipInputValidation: true);
        writer.WriteStartArray("bytes"u8);
        foreach (var value in token)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
