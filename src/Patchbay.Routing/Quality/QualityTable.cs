using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>The tier of every endpoint at one moment. Immutable: the planner reads it without a lock.</summary>
public sealed class QualityTable
{
    private readonly QualityVerdict?[] _verdicts;

    internal QualityTable(QualityVerdict?[] verdicts) => _verdicts = verdicts;

    /// <summary>Nothing is known of any endpoint.</summary>
    public static QualityTable Empty { get; } = new([]);

    /// <summary>The tier of an endpoint.</summary>
    public QualityTier TierOf(Endpoint endpoint) => Find(endpoint)?.Tier ?? QualityTier.InsufficientData;

    /// <summary>The verdict on an endpoint; null where nothing is known of it.</summary>
    public QualityVerdict? Find(Endpoint endpoint) =>
        (uint)endpoint.Ordinal < (uint)_verdicts.Length ? _verdicts[endpoint.Ordinal] : null;
}

/// <summary>What a comparison said of an endpoint.</summary>
/// <param name="Tier">Where it stands.</param>
/// <param name="Reasons">Why it is tried after the others.</param>
/// <param name="Counts">What was counted.</param>
public sealed record QualityVerdict(QualityTier Tier, QualityReasons Reasons, QualityCounts Counts);
