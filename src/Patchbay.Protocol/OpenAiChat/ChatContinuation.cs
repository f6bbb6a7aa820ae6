using System.Buffers;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Makes a chat request into one that asks to go on with a partial answer.</summary>
public static class ChatContinuation
{
    /// <summary>Whether an answer to this request, as far as it is text, can be gone on with by another model: it is one plain
    /// text, and does not itself go on with a message of the caller.</summary>
    public static bool IsPossible(ReadOnlySpan<byte> body, RequestEnvelope envelope) =>
        envelope.Choices == 1
        && envelope.Output == Modalities.Text
        && !envelope.WantsJsonSchema
        && (envelope.Used & (Parameters.ResponseFormat | Parameters.StructuredOutputs | Parameters.Logprobs)) == 0
        && envelope.ReasoningEffort is null or "none"
        && envelope.ReasoningMaxTokens is null or 0
        && MessagesOf(envelope) is { ValueEnd: > 0 } messages
        && !EndsWithAssistant(body[messages.ValueStart..messages.ValueEnd]);

    /// <summary>Copies the body with the text added as the last message.</summary>
    /// <param name="body">The body of a request for which this <see cref="IsPossible"/>.</param>
    /// <param name="envelope">What was read from it.</param>
    /// <param name="text">The answer so far, UTF-8.</param>
    /// <param name="prefill">How the model is asked.</param>
    /// <param name="output">Receives the new body.</param>
    public static void Write(
        ReadOnlySpan<byte> body, RequestEnvelope envelope, ReadOnlySpan<byte> text, Prefill prefill, IBufferWriter<byte> output)
    {
        var end = MessagesOf(envelope).ValueEnd - 1;
        var open = body.IndexOf((byte)'{') + 1;
        var sink = new ByteSink(output, body.Length + (text.Length * 6) + 160);
        sink.Append(body[..open]);
        if (prefill == Prefill.ContinueFinalMessage)
        {
            sink.Append("\"continue_final_message\":true,\"add_generation_prompt\":false,"u8);
        }

        sink.Append(body[open..end]);
        sink.Append(",{\"role\":\"assistant\",\"content\":"u8);
        sink.AppendString(text);
        sink.Append(prefill switch
        {
            Prefill.Prefix => ",\"prefix\":true"u8,
            Prefill.Partial => ",\"partial\":true"u8,
            _ => default,
        });
        sink.Append((byte)'}');
        sink.Append(body[end..]);
        sink.Complete();
    }

    private static RequestMark MessagesOf(RequestEnvelope envelope)
    {
        foreach (ref readonly var mark in envelope.Marks)
        {
            if (mark.Member == RequestMember.Messages)
            {
                return mark;
            }
        }

        return default;
    }

    private static bool EndsWithAssistant(ReadOnlySpan<byte> messages)
    {
        var reader = new Utf8JsonReader(messages, JsonText.Strict);
        var isAssistant = true;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.StartObject)
            {
                isAssistant = false;
            }
            else if (reader.CurrentDepth == 2 && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isRole = reader.ValueTextEquals("role"u8);
                reader.Read();
                if (isRole)
                {
                    isAssistant = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("assistant"u8);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return isAssistant;
    }
}
