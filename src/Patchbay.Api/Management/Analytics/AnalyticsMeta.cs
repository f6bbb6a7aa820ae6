using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Patchbay.Api;

/// <summary><c>GET /analytics/meta</c>: the names that <c>POST /analytics/query</c> knows.</summary>
internal sealed class AnalyticsMeta : IOperation
{
    private static readonly string Answer = Write();

    public Task<IResult> RunAsync(HttpContext context, Caller caller) =>
        Task.FromResult<IResult>(TypedResults.Text(Answer, "application/json"));

    private static string Write()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("data"u8);
            writer.WriteStartArray("metrics"u8);
            foreach (var metric in AnalyticsMetric.All)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, metric.Name);
                writer.WriteString("display_label"u8, metric.Label);
                writer.WriteBoolean("is_rate"u8, metric.IsRate);
                writer.WriteString("display_format"u8, metric.Format);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteWords(writer, "dimensions", "display_label", AnalyticsNames.Dimensions.Select(one => (one.Name, one.Label)));
            WriteWords(writer, "operators", "value_type", AnalyticsNames.Operators.Select(one => (one.Name, one.Label)));
            WriteWords(writer, "granularities", "display_label", AnalyticsNames.Granularities.Select(one => (one.Name, one.Label)));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteWords(
        Utf8JsonWriter writer, string list, string second, IEnumerable<(string Name, string Second)> words)
    {
        writer.WriteStartArray(list);
        foreach (var word in words)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, word.Name);
            writer.WriteString(second, word.Second);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
