using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

/// <summary>Writes down everything that a dialect's reader says, call by call.</summary>
internal sealed class TellingSink : AnswerSink
{
    public List<string> Calls { get; } = [];

    public override void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model) => Add("begin", id, model);

    public override void Text(ReadOnlySpan<byte> text) => Add("text", text);

    public override void Refusal(ReadOnlySpan<byte> text) => Add("refusal", text);

    public override void ReasoningText(int index, ReadOnlySpan<byte> text) => Add($"thought {index}", text);

    public override void ReasoningSummary(int index, ReadOnlySpan<byte> text) => Add($"summary {index}", text);

    public override void ReasoningSignature(int index, ReadOnlySpan<byte> signature) => Add($"signature {index}", signature);

    public override void ReasoningEncrypted(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) => Add($"encrypted {index}", id, data);

    public override void ToolCall(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name) => Add($"call {index}", id, name);

    public override void ToolArguments(int index, ReadOnlySpan<byte> fragment) => Add($"arguments {index}", fragment);

    public override void Image(ReadOnlySpan<byte> url) => Add("image", url);

    public override void Annotation(in Citation citation) =>
        Add($"citation {citation.Document} {citation.Start} {citation.End}", citation.Url, citation.Title, citation.Quote);

    public override void Logprobs(ReadOnlySpan<byte> json) => Add("logprobs", json);

    public override void Finish(FinishReason reason, ReadOnlySpan<byte> native) => Add($"finish {reason}", native);

    public override void Usage(in Usage usage) => Calls.Add($"usage {usage}");

    public override void ServiceTier(ReadOnlySpan<byte> tier) => Add("tier", tier);

    public override void Error(int status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> message) => Add($"error {status}", type, message);

    private void Add(string call, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default) =>
        Calls.Add($"{call} | {Encoding.UTF8.GetString(first)} | {Encoding.UTF8.GetString(second)} | {Encoding.UTF8.GetString(third)}");
}
