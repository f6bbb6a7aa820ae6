using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What this process has seen of every endpoint. Safe for any number of threads; its size is bounded by the
/// number of endpoints.</summary>
public sealed class HealthRegistry(TimeProvider time)
{
    private readonly Lock _gate = new();
    private EndpointHealth?[] _slots = [];
    private volatile QualityTable _quality = QualityTable.Empty;

    /// <summary>The quality of endpoints, as it was compared last.</summary>
    public QualityTable Quality
    {
        get => _quality;
        internal set => _quality = value;
    }

    /// <summary>The health of this endpoint; an endpoint that was never called is healthy.</summary>
    public EndpointHealth Get(Endpoint endpoint) => Find(endpoint.Ordinal) ?? Create(endpoint.Ordinal);

    /// <summary>Says that an attempt at this endpoint begins. A broken endpoint whose time is up lets one such
    /// attempt through and stays shut for the others until that one has ended.</summary>
    public void RecordAttempt(Endpoint endpoint) => Get(endpoint).BeginAttempt();

    /// <summary>Says that the first part of a streamed answer has come: the endpoint works again, if it did not. Its numbers
    /// are booked when the answer is complete.</summary>
    /// <param name="endpoint">Who answers.</param>
    /// <param name="latencyMs">Milliseconds from sending to the first byte of the answer.</param>
    public void RecordFirstByte(Endpoint endpoint, int latencyMs) => Get(endpoint).BeginAnswer(latencyMs);

    /// <summary>Books a complete answer.</summary>
    /// <param name="endpoint">Who answered.</param>
    /// <param name="latencyMs">Milliseconds from sending to the first byte of the answer.</param>
    /// <param name="durationMs">Milliseconds from sending to the end of the answer.</param>
    /// <param name="outputTokens">Tokens of the answer; 0 when unknown, which leaves the throughput alone.</param>
    /// <param name="credential">The key that it was called with.</param>
    public void RecordSuccess(
        Endpoint endpoint, int latencyMs, int durationMs, long outputTokens, CredentialId credential = default) =>
        Get(endpoint).Succeed(latencyMs, durationMs, outputTokens, credential);

    /// <summary>Books a failed attempt; the error table says what the kind of error means for the endpoint.</summary>
    /// <param name="endpoint">Who failed.</param>
    /// <param name="kind">How.</param>
    /// <param name="retryAfter">How long the provider asked to wait, when it did; more than 5 minutes count as 5.</param>
    /// <param name="durationMs">Milliseconds from sending to the failure.</param>
    /// <param name="credential">The key that it was called with: a rate limit or a refusal concerns no other key.</param>
    public void RecordFailure(
        Endpoint endpoint,
        GatewayErrorKind kind,
        TimeSpan? retryAfter,
        int durationMs = 0,
        CredentialId credential = default) =>
        Get(endpoint).Fail(kind, retryAfter, durationMs, credential);

    internal HealthClock Clock { get; } = new(time);

    /// <summary>The health of the endpoint with this ordinal, or null when it was never called.</summary>
    internal EndpointHealth? Find(int ordinal)
    {
        var slots = Volatile.Read(ref _slots);
        return (uint)ordinal < (uint)slots.Length ? Volatile.Read(ref slots[ordinal]) : null;
    }

    private EndpointHealth Create(int ordinal)
    {
        lock (_gate)
        {
            if (ordinal >= _slots.Length)
            {
                var grown = new EndpointHealth?[Math.Max(64, Math.Max(ordinal + 1, _slots.Length * 2))];
                _slots.CopyTo(grown, 0);
                Volatile.Write(ref _slots, grown);
            }

            if (_slots[ordinal] is not { } health)
            {
                health = new EndpointHealth(Clock);
                Volatile.Write(ref _slots[ordinal], health);
            }

            return health;
        }
    }
}
