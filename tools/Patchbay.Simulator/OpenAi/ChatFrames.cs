using System.Buffers;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>The chunks of a streamed chat completion, in the order of the OpenAI API.</summary>
internal sealed class ChatFrames : IFrameSource
{
    private readonly ChatPlan _plan;
    private readonly Behavior _settings;
    private readonly ArrayBufferWriter<byte> _head;
    private Phase _phase;
    private int _step;
    private int _choice;
    private int _sent;

    public ChatFrames(Exchange exchange, ChatPlan plan)
    {
        _plan = plan;
        _settings = exchange.Settings;
        _head = exchange.Scratch;
        _head.ResetWrittenCount();
        _head.Write("{\"id\":\"chatcmpl-sim-"u8);
        _head.WriteNumber(plan.Sequence);
        _head.Write("\",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        _head.WriteNumber(plan.Created);
        _head.Write(",\"model\":"u8);
        _head.WriteQuoted(plan.Model);
        _head.Write(",\"system_fingerprint\":\"fp_sim\",\"choices\":["u8);
    }

    private enum Phase
    {
        Role,
        Reasoning,
        Content,
        Finish,
        Usage,
        End,
    }

    public int Tokens { get; private set; }

    public ReadOnlySpan<byte> Terminator => "[DONE]"u8;

    public bool TryNext(IBufferWriter<byte> payload)
    {
        Tokens = 0;
        SkipEmptyPhases();
        switch (_phase)
        {
            case Phase.Role:
                WriteRole(payload);
                break;
            case Phase.Reasoning:
                WriteReasoning(payload);
                break;
            case Phase.Content:
                WriteContent(payload);
                break;
            case Phase.Finish:
                WriteFinish(payload);
                break;
            case Phase.Usage:
                WriteUsageChunk(payload);
                break;
            default:
                return false;
        }

        return true;
    }

    public void WriteContentStart(IBufferWriter<byte> payload)
    {
        Open(payload, 0);
        payload.Write("\"content\":\""u8);
    }

    public void WriteContentEnd(IBufferWriter<byte> payload)
    {
        payload.Write("\""u8);
        Close(payload, finish: null);
    }

    public void WriteTiny(IBufferWriter<byte> payload) => payload.Write("{\"choices\":[]}"u8);

    private int Steps(Phase phase) => phase switch
    {
        Phase.Role => 1,
        Phase.Reasoning => _plan.ReasoningTokens,
        Phase.Content => _plan.ContentTokens,
        Phase.Finish => _settings.Fault == FaultKind.Empty && _settings.Finish is null ? 0 : 1,
        Phase.Usage => UsageChunks(),
        _ => int.MaxValue,
    };

    private int UsageChunks() => _settings.Usage switch
    {
        UsageShape.Missing or UsageShape.WithChoices => 0,
        UsageShape.Every or UsageShape.Decreasing => 1,
        UsageShape.Twice => 2,
        _ => _plan.IncludeUsage ? 1 : 0,
    };

    private void SkipEmptyPhases()
    {
        while (_step >= Steps(_phase))
        {
            _step = 0;
            _choice++;
            if (_phase == Phase.Usage || _choice >= _plan.Choices)
            {
                _choice = 0;
                _phase++;
            }
        }
    }

    private void WriteRole(IBufferWriter<byte> payload)
    {
        Open(payload, _choice);
        payload.Write(_plan.ToolSteps.Length > 0
            ? "\"role\":\"assistant\",\"content\":null"u8
            : "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"u8);
        _step++;
        Close(payload, finish: null);
    }

    private void WriteReasoning(IBufferWriter<byte> payload)
    {
        Open(payload, _choice);
        payload.Write("\"reasoning_content\":\""u8);
        payload.Write(_plan.Text.ReasoningAt(_choice, _step));
        payload.Write("\""u8);
        Count(1);
        Close(payload, finish: null);
    }

    private void WriteContent(IBufferWriter<byte> payload)
    {
        Open(payload, _choice);
        if (_plan.ToolSteps.Length > 0)
        {
            WriteToolStep(payload, _plan.ToolSteps[_step]);
            Count(1);
            Close(payload, finish: null);
            return;
        }

        payload.Write(_plan.IsRefusal ? "\"refusal\":\""u8 : "\"content\":\""u8);
        if (_plan.Literal is { } literal)
        {
            payload.Write(literal[_step]);
            Count(1);
        }
        else
        {
            WriteGenerated(payload);
        }

        payload.Write("\""u8);
        Close(payload, finish: null);
    }

    private void WriteGenerated(IBufferWriter<byte> payload)
    {
        var first = _step;
        do
        {
            payload.Write(_plan.Text.At(_choice, _step));
            Count(1);
        }
        while (_settings.Chunk == ChunkShape.Word && _step < _plan.TextTokens
            && _plan.Text.At(_choice, _step)[0] != (byte)' ' && _step > first);
    }

    private static void WriteToolStep(IBufferWriter<byte> payload, ToolStep step)
    {
        payload.Write("\"tool_calls\":[{\"index\":"u8);
        payload.WriteNumber(step.Call.Index);
        if (step.Arguments is null)
        {
            payload.Write(",\"id\":"u8);
            payload.WriteQuoted(step.Call.Id);
            payload.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
            payload.WriteQuoted(step.Call.Name);
            payload.Write(",\"arguments\":\"\"}}]"u8);
        }
        else
        {
            payload.Write(",\"function\":{\"arguments\":\""u8);
            payload.Write(step.Arguments);
            payload.Write("\"}}]"u8);
        }
    }

    private void WriteFinish(IBufferWriter<byte> payload)
    {
        Open(payload, _choice);
        _step++;
        Close(payload, _plan.Finish, isFinish: true);
    }

    private void WriteUsageChunk(IBufferWriter<byte> payload)
    {
        payload.Write(_head.WrittenSpan);
        payload.Write("],\"usage\":"u8);
        var usage = _settings.Usage == UsageShape.Decreasing
            ? _plan.Usage with { Completion = Math.Max(0, _plan.Usage.Completion - _sent) }
            : _plan.Usage.As(_settings.Usage);
        usage.Write(payload);
        payload.Write("}"u8);
        _step++;
    }

    private void Count(int tokens)
    {
        _step += tokens;
        _sent += tokens;
        Tokens += tokens;
    }

    private void Open(IBufferWriter<byte> payload, int choice)
    {
        payload.Write(_head.WrittenSpan);
        payload.Write("{\"index\":"u8);
        payload.WriteNumber(choice);
        payload.Write(",\"delta\":{"u8);
    }

    private void Close(IBufferWriter<byte> payload, string? finish, bool isFinish = false)
    {
        if (_plan.Logprobs && _phase == Phase.Content && _plan.ToolSteps.Length == 0 && _plan.Literal is null && Tokens == 1)
        {
            payload.Write("},\"logprobs\":{\"content\":["u8);
            ChatBody.WriteLogprob(payload, _plan.Text.At(_choice, _step - 1));
            payload.Write("],\"refusal\":null},\"finish_reason\":"u8);
        }
        else
        {
            payload.Write("},\"logprobs\":null,\"finish_reason\":"u8);
        }

        if (finish is null)
        {
            payload.Write("null}]"u8);
        }
        else
        {
            payload.WriteQuoted(finish);
            payload.Write("}]"u8);
        }

        WriteChunkUsage(payload, isFinish);
        payload.Write("}"u8);
    }

    private void WriteChunkUsage(IBufferWriter<byte> payload, bool isFinish)
    {
        switch (_settings.Usage)
        {
            case UsageShape.NullInChunks:
                payload.Write(",\"usage\":null"u8);
                break;
            case UsageShape.Every:
                payload.Write(",\"usage\":"u8);
                (_plan.Usage with { Completion = _sent }).Write(payload);
                break;
            case UsageShape.Decreasing:
                payload.Write(",\"usage\":"u8);
                (_plan.Usage with { Completion = Math.Max(0, _plan.Usage.Completion - _sent) }).Write(payload);
                break;
            case UsageShape.WithChoices when isFinish && _choice == _plan.Choices - 1:
                payload.Write(",\"usage\":"u8);
                _plan.Usage.Write(payload);
                break;
        }
    }
}
