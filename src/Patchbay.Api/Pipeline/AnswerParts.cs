using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A part of an answer that an endpoint gave before it died.</summary>
/// <param name="Endpoint">Who gave it.</param>
/// <param name="Usage">What it used.</param>
/// <param name="Cost">What that costs there.</param>
internal readonly record struct AnswerPart(Endpoint Endpoint, Usage Usage, Cost Cost);

/// <summary>What the caller has of an answer that one endpoint after the other works on, before the last of them.</summary>
/// <param name="latencyMs">From arrival to the first byte of the first part.</param>
internal sealed class AnswerParts(int? latencyMs) : IDisposable
{
    private readonly List<AnswerPart> _list = [];

    /// <summary>The parts in order.</summary>
    public IReadOnlyList<AnswerPart> List => _list;

    /// <summary>The text of all parts, UTF-8.</summary>
    public PooledBuffer Text { get; } = new();

    /// <summary>From arrival to the first byte of the answer.</summary>
    public int? LatencyMs { get; } = latencyMs;

    /// <summary>What all parts used.</summary>
    public Usage Usage { get; private set; }

    /// <summary>What all parts cost.</summary>
    public Cost Cost { get; private set; }

    /// <summary>Adds a part.</summary>
    public void Add(in AnswerPart part)
    {
        _list.Add(part);
        Usage = Usage.Plus(part.Usage);
        Cost = Cost.Plus(part.Cost);
    }

    /// <summary>Gives the memory of the text back.</summary>
    public void Dispose() => Text.Dispose();
}
