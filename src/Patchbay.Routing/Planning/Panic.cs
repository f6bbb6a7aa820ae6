namespace Patchbay.Routing;

/// <summary>When most endpoints of a model look bad, the fault is more likely ours, or everybody's, and the few that look
/// good would be run over. Then suspicion no longer decides the order: only what is certain (an open breaker, a pause that
/// was asked for, a refused key) does, and hard filters as ever.</summary>
internal static class Panic
{
    private const int FewestEndpoints = 3;

    /// <summary>Forgets suspicions of models more than half of whose endpoints look bad.</summary>
    public static void Calm(Span<RankedEndpoint> ranked, int models)
    {
        for (var m = 0; m < models; m++)
        {
            var total = 0;
            var bad = 0;
            foreach (ref readonly var entry in ranked)
            {
                total += entry.Model == m ? 1 : 0;
                bad += entry.Model == m && entry.LooksBad ? 1 : 0;
            }

            if (total < FewestEndpoints || bad * 2 <= total)
            {
                continue;
            }

            foreach (ref var entry in ranked)
            {
                if (entry.Model == m)
                {
                    entry.Standing = HealthStanding.Good;
                    entry.Withheld = 0;
                }
            }
        }
    }
}
