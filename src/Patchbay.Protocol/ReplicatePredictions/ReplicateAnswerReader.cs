using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads a prediction (https://replicate.com/docs/reference/http#predictions.get).</summary>
internal static class ReplicateAnswerReader
{
    /// <summary>Reads a prediction that has ended, or was not done in time. False when it is none.</summary>
    public static bool Read(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        try
        {
            body = Utf8.IsValid(body) ? body : JsonText.RepairUtf8(body);
            return JsonMembers.IsObject(body) && ReadPrediction(body, sink);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>What an error body says; null when it is none.</summary>
    public static string? Detail(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonMembers.IsObject(body)
                ? JsonSlice.String(JsonMembers.Find(body, "detail"u8)) ?? JsonSlice.String(JsonMembers.Find(body, "title"u8))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool ReadPrediction(ReadOnlySpan<byte> body, AnswerSink sink)
    {
        ReadOnlySpan<byte> id = default, model = default, status = default, output = default, error = default, metrics = default;
        var members = new JsonMembers(body);
        while (members.Next())
        {
            switch (members.Name)
            {
                case var _ when members.Is("id"u8): id = members.Value; break;
                case var _ when members.Is("model"u8): model = members.Value; break;
                case var _ when members.Is("status"u8): status = members.Value; break;
                case var _ when members.Is("output"u8): output = members.Value; break;
                case var _ when members.Is("error"u8): error = members.Value; break;
                case var _ when members.Is("metrics"u8): metrics = members.Value; break;
            }
        }

        if (!JsonSlice.IsString(status))
        {
            return false;
        }

        var word = JsonSlice.Bytes(status);
        sink.Begin(JsonSlice.Bytes(id), JsonSlice.Bytes(model));
        ReadMetrics(metrics, sink);
        switch (Encoding.UTF8.GetString(word))
        {
            case "succeeded":
                ReadOutput(output, sink);
                sink.Finish(FinishReason.Stop, word);
                break;
            case "failed":
                sink.Error(500, word, JsonSlice.Bytes(error));
                break;
            case "canceled" or "aborted" or "starting" or "processing":
                // It was not done within the time that Replicate waits.
                sink.Error(504, word, "The prediction did not end in time."u8);
                break;
            default:
                return false;
        }

        return true;
    }

    // Pieces of text, or one text.
    private static void ReadOutput(ReadOnlySpan<byte> output, AnswerSink sink)
    {
        if (JsonSlice.IsString(output))
        {
            Say(output, sink);
            return;
        }

        var pieces = new JsonItems(output);
        while (pieces.Next())
        {
            if (JsonSlice.IsString(pieces.Value))
            {
                Say(pieces.Value, sink);
            }
        }
    }

    private static void Say(ReadOnlySpan<byte> value, AnswerSink sink)
    {
        if (value.Length > 2)
        {
            sink.Text(JsonSlice.Bytes(value));
        }
    }

    private static void ReadMetrics(ReadOnlySpan<byte> metrics, AnswerSink sink)
    {
        var input = JsonSlice.Count(JsonMembers.Find(metrics, "input_token_count"u8));
        var output = JsonSlice.Count(JsonMembers.Find(metrics, "output_token_count"u8));
        if (input is not null || output is not null)
        {
            sink.Usage(new Usage { UncachedInput = input, Output = output });
        }
    }
}
