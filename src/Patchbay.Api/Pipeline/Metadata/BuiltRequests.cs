using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>The answer of <c>openrouter/bodybuilder</c>: requests, ready to be sent, to the models that the prompt names. It is
/// put together by rules; no model is called and nothing is charged.</summary>
internal static class BuiltRequests
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the answer says: <c>{"requests":[{"model":…,"messages":[…]},…]}</c>.</summary>
    public static string Content(IReadOnlyList<string> models, string text)
    {
        var prompt = PromptOf(text);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteStartArray("requests"u8);
            foreach (var model in models)
            {
                json.WriteStartObject();
                json.WriteString("model"u8, model);
                json.WriteStartArray("messages"u8);
                json.WriteStartObject();
                json.WriteString("role"u8, "user"u8);
                json.WriteString("content"u8, prompt);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Answers whole or as a stream, after it was settled.</summary>
    public static async Task WriteAsync(InferenceContext context)
    {
        var response = context.Http.Response;
        var content = Content(context.Router!.Models, context.RouterText!);
        var metadata = RoutingMetadata.Of(context, null);
        response.ContentType = context.Envelope.Stream ? "text/event-stream" : "application/json";
        if (context.Envelope.Stream)
        {
            response.Headers.CacheControl = "no-cache";
            response.BodyWriter.Write("data: "u8);
            WriteBody(response.BodyWriter, context, content, isChunk: true, default);
            response.BodyWriter.Write("\n\n"u8);
            context.Editor.WriteUsageChunk(default, default, response.BodyWriter, metadata.Span);
            response.BodyWriter.Write(ChatStreamEditor.DoneFrame);
        }
        else
        {
            WriteBody(response.BodyWriter, context, content, isChunk: false, metadata.Span);
        }

        try
        {
            await response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The caller left; there was nothing to pay.
        }
    }

    /// <summary>What is to be sent: the text in quotation marks, or what follows a colon, or else all of it.</summary>
    internal static string PromptOf(string text)
    {
        foreach (var (open, close) in (ReadOnlySpan<(char, char)>)[('"', '"'), ('“', '”'), ('„', '“'), ('«', '»')])
        {
            var start = text.IndexOf(open, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf(close, start + 1);
            if (end > start + 1)
            {
                return text[(start + 1)..end];
            }
        }

        // A colon inside a slug or a time has no space behind it.
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && colon + 2 < text.Length ? text[(colon + 2)..].Trim() : text.Trim();
    }

    private static void WriteBody(
        IBufferWriter<byte> output, InferenceContext context, string content, bool isChunk, ReadOnlySpan<byte> metadata)
    {
        using var json = new Utf8JsonWriter(output, Readable);
        json.WriteStartObject();
        json.WriteString("id"u8, context.GenerationId);
        json.WriteString("object"u8, isChunk ? "chat.completion.chunk"u8 : "chat.completion"u8);
        json.WriteNumber("created"u8, context.ArrivedAt.ToUnixTimeSeconds());
        json.WriteString("model"u8, context.Router!.Router);
        json.WriteString("provider"u8, "Patchbay"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject(isChunk ? "delta"u8 : "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, content);
        json.WriteEndObject();
        json.WriteString("finish_reason"u8, "stop"u8);
        json.WriteString("native_finish_reason"u8, "stop"u8);
        json.WriteNull("logprobs"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        if (!isChunk)
        {
            json.WriteNull("system_fingerprint"u8);
            WriteUsage(json);
        }

        if (!metadata.IsEmpty)
        {
            json.WritePropertyName("openrouter_metadata"u8);
            json.WriteRawValue(metadata, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, 0);
        json.WriteNumber("completion_tokens"u8, 0);
        json.WriteNumber("total_tokens"u8, 0);
        json.WriteNumber("cost"u8, 0);
        json.WriteBoolean("is_byok"u8, false);
        json.WriteEndObject();
    }
}
