using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What was found of the answers of every endpoint, over two hours. Safe for any number of threads; its size is
/// bounded by the number of endpoints.</summary>
public sealed class QualityRegistry(HealthRegistry health)
{
    private readonly Lock _gate = new();
    private QualityWindow?[] _slots = [];

    /// <summary>Books what was found of an answer.</summary>
    public void Record(Endpoint endpoint, in AnswerFindings findings) =>
        (Find(endpoint.Ordinal) ?? Create(endpoint.Ordinal)).Add(health.Clock.NowMs, findings);

    /// <summary>What was counted of an endpoint; all zero for one without such answers.</summary>
    public QualityCounts Read(Endpoint endpoint) => Find(endpoint.Ordinal)?.Read(health.Clock.NowMs) ?? default;

    /// <summary>Compares the endpoints of each model and puts the tiers in force.</summary>
    /// <param name="snapshot">The catalogue in force.</param>
    /// <param name="scores">What benchmarks say of endpoints.</param>
    public QualityTable Evaluate(CatalogSnapshot snapshot, IQualityScores scores)
    {
        var table = QualityEvaluator.Evaluate(snapshot, health, this, scores);
        health.Quality = table;
        return table;
    }

    private QualityWindow? Find(int ordinal)
    {
        var slots = Volatile.Read(ref _slots);
        return (uint)ordinal < (uint)slots.Length ? Volatile.Read(ref slots[ordinal]) : null;
    }

    private QualityWindow Create(int ordinal)
    {
        lock (_gate)
        {
            if (ordinal >= _slots.Length)
            {
                var grown = new QualityWindow?[Math.Max(64, Math.Max(ordinal + 1, _slots.Length * 2))];
                _slots.CopyTo(grown, 0);
                Volatile.Write(ref _slots, grown);
            }

            if (_slots[ordinal] is not { } window)
            {
                window = new QualityWindow();
                Volatile.Write(ref _slots[ordinal], window);
            }

            return window;
        }
    }
}
