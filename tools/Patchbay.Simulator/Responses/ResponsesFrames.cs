using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Responses;

/// <summary>The events of a streamed response (https://platform.openai.com/docs/api-reference/responses-streaming), in the
/// order in which OpenAI sends them.</summary>
internal sealed class ResponsesFrames : IFrameSource
{
    private readonly List<(string Name, byte[] Data, int Tokens)> _events = [];
    private readonly ResponsesPlan _plan;
    private readonly int _message;
    private int _next;

    public ResponsesFrames(ResponsesPlan plan, Behavior settings)
    {
        _plan = plan;
        _message = plan.Thoughts.Length;
        AddResponse("response.created", "in_progress");
        AddResponse("response.in_progress", "in_progress");
        for (var i = 0; i < plan.Thoughts.Length; i++)
        {
            AddThought(plan.Thoughts[i], i);
        }

        if (plan.Text.Length > 0)
        {
            AddMessage();
        }

        AddCalls(settings.Fault == FaultKind.ToolInterleaved);
        if (settings.Fault != FaultKind.MissingDone)
        {
            AddResponse("response." + plan.Ending, plan.Ending);
        }
    }

    public int Tokens { get; private set; }

    public ReadOnlySpan<byte> EventName => _next == 0 ? default : Encoding.ASCII.GetBytes(_events[_next - 1].Name);

    // The last event is the end.
    public ReadOnlySpan<byte> Terminator => default;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        if (_next == _events.Count)
        {
            return false;
        }

        var (_, data, tokens) = _events[_next++];
        payload.Write(data);
        Tokens = tokens;
        return true;
    }

    public void WriteContentStart(IBufferWriter<byte> payload)
    {
        payload.Write("{\"type\":\"response.output_text.delta\",\"content_index\":0,\"output_index\":"u8);
        payload.WriteNumber(_message);
        payload.Write(",\"delta\":\""u8);
    }

    public void WriteContentEnd(IBufferWriter<byte> payload) => payload.Write("\"}"u8);

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"type\":\"keepalive\"}"u8);

    private void AddResponse(string name, string status) => Add(name, json =>
    {
        json.WriteStartObject("response"u8);
        _plan.WriteResponse(json, status);
        json.WriteEndObject();
    });

    private void AddThought(ResponsesPlan.Thought thought, int output)
    {
        AddItem("response.output_item.added", output, json => _plan.WriteThought(json, thought, isWhole: false));
        for (var part = 0; part < thought.Summary.Length; part++)
        {
            var index = part;
            var text = thought.Summary[part];
            AddIn("response.reasoning_summary_part.added", thought.Id, output, "summary_index", index, json => WriteInner(json, "part"u8, ""));
            foreach (var piece in Pieces(text))
            {
                AddIn("response.reasoning_summary_text.delta", thought.Id, output, "summary_index", index, json => json.WriteString("delta"u8, piece), 1);
            }

            AddIn("response.reasoning_summary_text.done", thought.Id, output, "summary_index", index, json => json.WriteString("text"u8, text));
            AddIn("response.reasoning_summary_part.done", thought.Id, output, "summary_index", index, json => WriteInner(json, "part"u8, text));
        }

        AddItem("response.output_item.done", output, json => _plan.WriteThought(json, thought, isWhole: true));
    }

    private static void WriteInner(Utf8JsonWriter json, ReadOnlySpan<byte> name, string text)
    {
        json.WriteStartObject(name);
        ResponsesPlan.WriteSummary(json, text);
        json.WriteEndObject();
    }

    private void AddMessage()
    {
        var kind = _plan.IsRefusal ? "refusal" : "output_text";
        AddItem("response.output_item.added", _message, json => _plan.WriteMessage(json, isWhole: false));
        AddPart("response.content_part.added", isWhole: false);
        foreach (var piece in _plan.Text)
        {
            AddIn($"response.{kind}.delta", _plan.MessageId, _message, "content_index", 0, json => WriteDelta(json, piece), 1);
        }

        AddIn($"response.{kind}.done", _plan.MessageId, _message, "content_index", 0, WriteTold);
        AddPart("response.content_part.done", isWhole: true);
        AddItem("response.output_item.done", _message, json => _plan.WriteMessage(json, isWhole: true));
    }

    private void WriteTold(Utf8JsonWriter json)
    {
        json.WriteString(_plan.IsRefusal ? "refusal"u8 : "text"u8, string.Concat(_plan.Text));
        if (!_plan.IsRefusal)
        {
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }
    }

    private void WriteDelta(Utf8JsonWriter json, string piece)
    {
        json.WriteString("delta"u8, piece);
        if (!_plan.IsRefusal)
        {
            json.WriteStartArray("logprobs"u8);
            if (_plan.HasLogprobs)
            {
                ResponsesPlan.WriteLogprob(json, piece, isWhole: false);
            }

            json.WriteEndArray();
            json.WriteString("obfuscation"u8, "x9a"u8);
        }
    }

    private void AddPart(string name, bool isWhole) => AddIn(name, _plan.MessageId, _message, "content_index", 0, json =>
    {
        json.WriteStartObject("part"u8);
        _plan.WritePart(json, isWhole);
        json.WriteEndObject();
    });

    private void AddCalls(bool interleaved)
    {
        var first = _message + (_plan.Text.Length > 0 ? 1 : 0);
        foreach (var step in ToolCalling.Steps(_plan.Calls, interleaved))
        {
            var at = Array.IndexOf(_plan.Calls, step.Call);
            if (step.Arguments is not { } escaped)
            {
                AddItem("response.output_item.added", first + at, json => ResponsesPlan.WriteCall(json, step.Call, isWhole: false));
                continue;
            }

            var piece = JsonSerializer.Deserialize<string>([(byte)'"', .. escaped, (byte)'"'])!;
            AddIn("response.function_call_arguments.delta", "fc_" + step.Call.Id, first + at, null, 0, json => json.WriteString("delta"u8, piece), 1);
        }

        for (var i = 0; i < _plan.Calls.Length; i++)
        {
            var call = _plan.Calls[i];
            AddIn("response.function_call_arguments.done", "fc_" + call.Id, first + i, null, 0, json =>
            {
                json.WriteString("arguments"u8, call.Arguments);
                json.WriteString("name"u8, call.Name);
            });
            AddItem("response.output_item.done", first + i, json => ResponsesPlan.WriteCall(json, call, isWhole: true));
        }
    }

    private static IEnumerable<string> Pieces(string text)
    {
        const int Length = 7;
        for (var at = 0; at < text.Length;)
        {
            var end = Math.Min(at + Length, text.Length);
            end += end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
            yield return text[at..end];
            at = end;
        }
    }

    private void AddItem(string name, int output, Action<Utf8JsonWriter> write) => Add(name, json =>
    {
        json.WriteNumber("output_index"u8, output);
        json.WriteStartObject("item"u8);
        write(json);
        json.WriteEndObject();
    });

    private void AddIn(
        string name, string item, int output, string? inside, int index, Action<Utf8JsonWriter> write, int tokens = 0) => Add(
        name,
        json =>
        {
            json.WriteString("item_id"u8, item);
            json.WriteNumber("output_index"u8, output);
            if (inside is not null)
            {
                json.WriteNumber(inside, index);
            }

            write(json);
        },
        tokens);

    private void Add(string name, Action<Utf8JsonWriter> write, int tokens = 0)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, name);
            json.WriteNumber("sequence_number"u8, _events.Count);
            write(json);
            json.WriteEndObject();
        }

        _events.Add((name, data.WrittenSpan.ToArray(), tokens));
    }
}
