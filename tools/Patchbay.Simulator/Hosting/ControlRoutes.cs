using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Log;

namespace Patchbay.Simulator.Hosting;

/// <summary>The routes below <c>/_sim/</c>, by which tests in other processes read the log and change the script.</summary>
internal sealed class ControlRoutes(SimulatorApplication application)
{
    public async Task AnswerAsync(Exchange exchange)
    {
        var status = 200;
        switch (exchange.Method, exchange.Path)
        {
            case ("GET", "/_sim/health"):
                exchange.Payload.Write("{\"status\":\"ok\"}"u8);
                break;
            case ("GET", "/_sim/log"):
                WriteLog(exchange.Payload);
                break;
            case ("POST", "/_sim/reset"):
                application.Reset();
                exchange.Payload.Write("{\"status\":\"reset\"}"u8);
                break;
            case ("POST", "/_sim/script"):
                status = ReplaceScript(exchange);
                break;
            default:
                status = 404;
                exchange.Payload.Write("{\"error\":{\"message\":\"No such control route\"}}"u8);
                break;
        }

        var output = new KestrelOutput(exchange);
        await output.StartAsync(status, "application/json", exchange.Payload.WrittenCount, []);
        output.Writer.Write(exchange.Payload.WrittenSpan);
        await output.EndAsync();
    }

    private int ReplaceScript(Exchange exchange)
    {
        try
        {
            application.Script.ReplaceFromJson(exchange.Body.Span);
        }
        catch (FormatException exception)
        {
            exchange.Payload.Write("{\"error\":{\"message\":"u8);
            exchange.Payload.WriteQuoted(exception.Message);
            exchange.Payload.Write("}}"u8);
            return 400;
        }

        exchange.Payload.Write("{\"rules\":"u8);
        exchange.Payload.WriteNumber(application.Script.Rules.Count);
        exchange.Payload.Write("}"u8);
        return 200;
    }

    private void WriteLog(ArrayBufferWriter<byte> output)
    {
        var counters = application.Log.Counters;
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartObject("counters"u8);
        json.WriteNumber("requests"u8, counters.Requests);
        json.WriteNumber("in_progress"u8, counters.InProgress);
        json.WriteNumber("completed"u8, counters.Completed);
        json.WriteNumber("cancelled_by_client"u8, counters.Cancelled);
        json.WriteNumber("faulted"u8, counters.Faulted);
        json.WriteNumber("prompt_tokens"u8, counters.PromptTokens);
        json.WriteNumber("completion_tokens"u8, counters.CompletionTokens);
        json.WriteNumber("frames"u8, counters.Frames);
        json.WriteNumber("bytes"u8, counters.Bytes);
        json.WriteEndObject();
        json.WriteStartArray("requests"u8);
        foreach (var request in application.Log.Requests)
        {
            WriteRequest(json, request);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRequest(Utf8JsonWriter json, LoggedRequest request)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, request.Sequence);
        json.WriteString("provider"u8, request.Provider);
        json.WriteString("path"u8, request.Path);
        json.WriteString("model"u8, request.Model);
        json.WriteString("behavior"u8, request.Behavior);
        json.WriteBoolean("streaming"u8, request.Streaming);
        json.WriteNumber("status"u8, request.Status);
        json.WriteString("outcome"u8, Name(request.Outcome));
        json.WriteNumber("prompt_tokens"u8, request.PromptTokens);
        json.WriteNumber("tokens_generated"u8, request.TokensGenerated);
        json.WriteNumber("tokens_billed"u8, request.TokensBilled);
        json.WriteNumber("frames"u8, request.Frames);
        json.WriteNumber("bytes"u8, request.Bytes);
        json.WriteString("body"u8, request.BodyText);
        json.WriteStartArray("headers"u8);
        foreach (var (name, value) in request.Headers)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("value"u8, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Name(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Completed => "completed"u8,
        RequestOutcome.CancelledByClient => "cancelled-by-client"u8,
        RequestOutcome.Faulted => "faulted"u8,
        _ => "in-progress"u8,
    };
}
