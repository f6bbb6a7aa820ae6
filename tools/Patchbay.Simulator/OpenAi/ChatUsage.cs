using System.Buffers;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Token counts as the OpenAI usage object reports them.</summary>
internal readonly record struct ChatUsage(long Prompt, long Completion, long Cached, long Reasoning)
{
    private const long AbsurdTokens = 1_000_000_000_000;

    /// <summary>The counts that a provider with this habit reports.</summary>
    public ChatUsage As(UsageShape shape) => shape switch
    {
        UsageShape.Absurd => this with { Completion = AbsurdTokens },
        UsageShape.Zero => default,
        UsageShape.Negative => this with { Prompt = -Prompt, Completion = -Math.Max(1, Completion) },
        _ => this,
    };

    public void Write(IBufferWriter<byte> output)
    {
        output.Write("{\"prompt_tokens\":"u8);
        output.WriteNumber(Prompt);
        output.Write(",\"completion_tokens\":"u8);
        output.WriteNumber(Completion);
        output.Write(",\"total_tokens\":"u8);
        output.WriteNumber(Prompt + Completion);
        output.Write(",\"prompt_tokens_details\":{\"cached_tokens\":"u8);
        output.WriteNumber(Cached);
        output.Write("},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
        output.WriteNumber(Reasoning);
        output.Write("}}"u8);
    }
}
