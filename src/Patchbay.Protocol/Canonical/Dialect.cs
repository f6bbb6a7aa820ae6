using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>A wire format that providers speak and that is not the caller's. Pure: bytes in, bytes out. Stateless and
/// thread-safe; the state of a stream is in its <see cref="DialectStream"/>. To add one: derive from this class, answer the
/// four questions below, and return it from <c>Provider.Dialect</c>.</summary>
public abstract class Dialect
{
    /// <summary>Its name in the catalogue and in the operator's file (<c>protocol</c>).</summary>
    public abstract string Name { get; }

    /// <summary>Whose form signed and encrypted reasoning has: the <c>format</c> in <c>reasoning_details</c>.</summary>
    public abstract ReadOnlySpan<byte> ReasoningFormat { get; }

    /// <summary>How its streams are divided into events.</summary>
    public virtual Framing Framing => Framing.ServerSentEvents;

    /// <summary>The response header that names an error; null when the body and the status alone say what it is.</summary>
    public virtual string? ErrorHeader => null;

    /// <summary>Whether one request can ask for several answers (<c>n</c>). A request for several is not sent in a dialect
    /// without.</summary>
    public virtual bool HasChoices => false;

    /// <summary>The parameters that it has no words for, and that nothing else stands in for. An endpoint that is reached in
    /// this dialect does not support them, whatever its model can do.</summary>
    public virtual Parameters UnknownParameters => Parameters.None;

    /// <summary>Whether a request can ask for the service tiers <c>flex</c> and <c>priority</c>.</summary>
    public virtual bool HasServiceTiers => false;

    /// <summary>The HTTP status of an answer.</summary>
    public virtual int AnswerStatus => 200;

    /// <summary>How a model is asked to go on with an answer that another provider began.</summary>
    /// <param name="model">The provider's own id of the model.</param>
    public virtual Prefill PrefillFor(string model) => Prefill.None;

    /// <summary>Writes a request for an endpoint. Does not change it: the next endpoint may get it too.</summary>
    /// <param name="request">What the caller asks.</param>
    /// <param name="target">The endpoint.</param>
    /// <param name="output">Receives the body.</param>
    public abstract DialectRequest WriteRequest(CanonicalRequest request, in DialectTarget target, IBufferWriter<byte> output);

    /// <summary>Reads the body of an answer that is not a stream. False when it is none of this dialect; what the sink has
    /// received is then of no use.</summary>
    public abstract bool ReadAnswer(ReadOnlySpan<byte> body, DialectRequest request, AnswerSink sink);

    /// <summary>A reader for streamed answers.</summary>
    public abstract DialectStream CreateStream();

    /// <summary>Reads an error body. Never throws: a body that is none gives what the status says.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="name">The value of <see cref="ErrorHeader"/>; null when there is none.</param>
    public abstract DialectError ReadError(ReadOnlySpan<byte> body, int status, string? name = null);
}
