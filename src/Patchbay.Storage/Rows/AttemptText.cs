using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>Attempts as compact JSON: an array of <c>[endpoint, provider, model, status, error, latency]</c>,
/// with the kind behind that where it is not the ordinary one.</summary>
internal static class AttemptText
{
    /// <summary>The text of at least one attempt.</summary>
    public static string Write(IReadOnlyList<GenerationAttempt> attempts)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var attempt in attempts)
            {
                json.WriteStartArray();
                json.WriteStringValue(attempt.EndpointId);
                json.WriteStringValue(attempt.ProviderName);
                json.WriteStringValue(attempt.Model);
                json.WriteNumberValue(attempt.Status);
                json.WriteStringValue(attempt.ErrorCode);
                json.WriteNumberValue(attempt.LatencyMs);
                if (attempt.Kind != AttemptKind.Ordinary)
                {
                    json.WriteNumberValue((int)attempt.Kind);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static IReadOnlyList<GenerationAttempt> Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        var attempts = new List<GenerationAttempt>(document.RootElement.GetArrayLength());
        foreach (var item in document.RootElement.EnumerateArray())
        {
            attempts.Add(new GenerationAttempt(
                item[0].GetString()!, item[1].GetString()!, item[2].GetString()!, item[3].GetInt32(),
                item[4].GetString(), item[5].GetInt32())
            {
                Kind = item.GetArrayLength() > 6 ? (AttemptKind)item[6].GetInt32() : AttemptKind.Ordinary,
            });
        }

        return attempts;
    }
}
