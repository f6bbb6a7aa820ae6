using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Benchmarks;

/// <summary>How one attempt goes.</summary>
/// <param name="Failure">The error; null for an answer.</param>
/// <param name="AfterMs">When the error comes, or the first byte.</param>
/// <param name="DurationMs">When the answer ends.</param>
/// <param name="RetryAfterMs">What the error says to wait.</param>
internal readonly record struct SimulatedOutcome(
    GatewayErrorKind? Failure, double AfterMs, double DurationMs = 0, int? RetryAfterMs = null);

/// <summary>A provider's offer with its price, its speed and its faults.</summary>
internal sealed class SimulatedEndpoint(Endpoint endpoint, int cents, double medianMs, double tokensPerSecond)
{
    public const int OutputTokens = 300;

    private const double Spread = 0.4;
    private const double UsualFailures = 0.001;
    private const double ErrorMs = 120;
    private const double RefusalMs = 30;
    private const double ConnectMs = 2;

    private TokenBucket _bucket;
    private TokenBucket _oraclesBucket;

    public Endpoint Endpoint => endpoint;

    /// <summary>The price of a million tokens.</summary>
    public int Cents => cents;

    public SimulatedFault? Fault { get; init; }

    public SimulatedOutcome Attempt(double nowMs, bool isFaulty, double patienceMs, Random random)
    {
        var fault = isFaulty ? Fault : null;
        var failures = fault is { Kind: SimulatedFaultKind.Fails, Share: var share } ? share : UsualFailures;
        switch (fault?.Kind)
        {
            case SimulatedFaultKind.Down:
                return new SimulatedOutcome(GatewayErrorKind.ProviderUnreachable, ConnectMs);
            case SimulatedFaultKind.Stalls:
                return new SimulatedOutcome(GatewayErrorKind.ProviderTimeout, patienceMs);
            case SimulatedFaultKind.RateLimits when !_bucket.TryTake(nowMs, fault.PerSecond):
                return new SimulatedOutcome(GatewayErrorKind.ProviderRateLimited, RefusalMs, 0, fault.RetryAfterMs);
        }

        if (random.NextDouble() < failures)
        {
            return new SimulatedOutcome(GatewayErrorKind.ProviderError, ErrorMs);
        }

        var firstByte = medianMs * Math.Exp(Spread * Normal(random));
        return new SimulatedOutcome(null, firstByte, firstByte + OutputTokens / tokensPerSecond * 1000);
    }

    /// <summary>The probability that it would answer now, for one who knows everything.</summary>
    public double Chance(double nowMs, bool isFaulty) => (isFaulty ? Fault?.Kind : null) switch
    {
        SimulatedFaultKind.Down or SimulatedFaultKind.Stalls => 0,
        SimulatedFaultKind.Fails => 1 - Fault!.Share,
        SimulatedFaultKind.RateLimits => _oraclesBucket.TryTake(nowMs, Fault!.PerSecond) ? 1 : 0,
        _ => 1,
    };

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
