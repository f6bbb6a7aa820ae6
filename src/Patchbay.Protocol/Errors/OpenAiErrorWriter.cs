using System.Buffers;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>One earlier attempt that failed, for <c>error.metadata.previous_errors</c>.</summary>
/// <param name="Provider">The provider's display name.</param>
/// <param name="Code">The stable name of the error's kind.</param>
/// <param name="Status">The HTTP status that stands for it.</param>
public readonly record struct PreviousError(string Provider, string Code, int Status);

/// <summary>Writes an error as the clients of OpenAI (<c>type</c>, <c>param</c>) and of OpenRouter (<c>code</c>,
/// <c>metadata</c>) read it.</summary>
public static class OpenAiErrorWriter
{
    /// <summary>Writes the whole body, <c>{"error":{…}}</c>.</summary>
    public static void Write(GatewayError error, IBufferWriter<byte> output) => Write(error, default, output);

    /// <summary>Writes the whole body, with the attempts that failed before. <paramref name="metadata"/> is the value of
    /// <c>openrouter_metadata</c>, valid JSON; empty to write none.</summary>
    public static void Write(
        GatewayError error, ReadOnlySpan<PreviousError> previous, IBufferWriter<byte> output,
        ReadOnlySpan<byte> metadata = default)
    {
        using var json = new Utf8JsonWriter(output, ErrorBody.Options);
        json.WriteStartObject();
        json.WritePropertyName("error"u8);
        ErrorBody.WriteError(json, error, isChunk: false, previous);
        if (!metadata.IsEmpty)
        {
            json.WritePropertyName("openrouter_metadata"u8);
            json.WriteRawValue(metadata, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
