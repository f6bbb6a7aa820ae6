using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

/// <summary>Takes everything and counts it.</summary>
internal sealed class NullSink : AnswerSink
{
    public int Calls { get; private set; }

    public override void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model) => Calls++;

    public override void Text(ReadOnlySpan<byte> text) => Calls++;

    public override void Refusal(ReadOnlySpan<byte> text) => Calls++;

    public override void ReasoningText(int index, ReadOnlySpan<byte> text) => Calls++;

    public override void ReasoningSummary(int index, ReadOnlySpan<byte> text) => Calls++;

    public override void ReasoningSignature(int index, ReadOnlySpan<byte> signature) => Calls++;

    public override void ReasoningEncrypted(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) => Calls++;

    public override void ToolCall(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name) => Calls++;

    public override void ToolArguments(int index, ReadOnlySpan<byte> fragment) => Calls++;

    public override void Image(ReadOnlySpan<byte> url) => Calls++;

    public override void Annotation(in Citation citation) => Calls++;

    public override void Logprobs(ReadOnlySpan<byte> json) => Calls++;

    public override void Finish(FinishReason reason, ReadOnlySpan<byte> native) => Calls++;

    public override void Usage(in Usage usage) => Calls++;

    public override void ServiceTier(ReadOnlySpan<byte> tier) => Calls++;

    public override void Error(int status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> message) => Calls++;
}
