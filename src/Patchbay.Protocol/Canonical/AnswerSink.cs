using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Receives an answer piece by piece, in its order, from a dialect's reader: the form of answers between the
/// dialects. Text is decoded UTF-8 in spans that are valid during the call only, so that nothing is allocated for a piece.
/// A whole answer is pushed through the same calls as a stream.</summary>
public abstract class AnswerSink
{
    /// <summary>The answer begins.</summary>
    /// <param name="id">The provider's id of it; may be empty.</param>
    /// <param name="model">The provider's name of the model; may be empty.</param>
    public abstract void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model);

    /// <summary>Text of the answer goes on.</summary>
    public abstract void Text(ReadOnlySpan<byte> text);

    /// <summary>The model's words of refusal go on.</summary>
    public abstract void Refusal(ReadOnlySpan<byte> text);

    /// <summary>Thoughts go on.</summary>
    /// <param name="index">Which piece of reasoning, from 0: text and signature of one piece share the index.</param>
    /// <param name="text">The next words.</param>
    public abstract void ReasoningText(int index, ReadOnlySpan<byte> text);

    /// <summary>A summary of thoughts goes on.</summary>
    public abstract void ReasoningSummary(int index, ReadOnlySpan<byte> text);

    /// <summary>The signature of a piece of reasoning, whole.</summary>
    public abstract void ReasoningSignature(int index, ReadOnlySpan<byte> signature);

    /// <summary>A piece of reasoning that only the provider can read, whole.</summary>
    /// <param name="index">Which piece.</param>
    /// <param name="id">The provider's id of it; may be empty.</param>
    /// <param name="data">What goes back to the provider in the next turn.</param>
    public abstract void ReasoningEncrypted(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data);

    /// <summary>A tool call begins.</summary>
    /// <param name="index">Which call, from 0 and without gaps.</param>
    /// <param name="id">Its id.</param>
    /// <param name="name">The function.</param>
    public abstract void ToolCall(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name);

    /// <summary>The arguments of a call that has begun go on: JSON text.</summary>
    public abstract void ToolArguments(int index, ReadOnlySpan<byte> fragment);

    /// <summary>A picture that the model made, whole.</summary>
    /// <param name="url">Its address or <c>data:</c> URL.</param>
    public abstract void Image(ReadOnlySpan<byte> url);

    /// <summary>Where a stretch of the text so far comes from.</summary>
    public abstract void Annotation(in Citation citation);

    /// <summary>Log probabilities, as a JSON value in the form of OpenAI's chat API.</summary>
    public abstract void Logprobs(ReadOnlySpan<byte> json);

    /// <summary>The model has ended.</summary>
    /// <param name="reason">Why, normalised.</param>
    /// <param name="native">The provider's own word.</param>
    public abstract void Finish(FinishReason reason, ReadOnlySpan<byte> native);

    /// <summary>What was used so far. May come several times; of each count the largest is the last.</summary>
    public abstract void Usage(in Usage usage);

    /// <summary>The tier that served the request.</summary>
    public abstract void ServiceTier(ReadOnlySpan<byte> tier);

    /// <summary>The provider ends with an error.</summary>
    /// <param name="status">The HTTP status that stands for it.</param>
    /// <param name="type">The provider's word for it.</param>
    /// <param name="message">The provider's message.</param>
    public abstract void Error(int status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> message);
}
