using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Turns the name of a router into an ordered list of models, before planning. Whatever it chooses has passed every
/// condition of the request by the planner's own filters. Equal questions get equal answers; no service is asked. One per
/// process, for any number of threads.</summary>
public sealed class ModelRouter(HealthRegistry health, IModelSuccess? success = null)
{
    internal const int MostModels = 3;
    internal const int MostScores = 6;

    private readonly IModelSuccess _success = success ?? new HealthSuccess(health);
    private Measured? _measured;

    /// <summary>Chooses.</summary>
    public RouterDecision Choose(RouterQuery query)
    {
        if (query.Router.Kind is RouterKind.BodyBuilder or RouterKind.Fusion)
        {
            throw new ArgumentException("This router chooses no model.", nameof(query));
        }

        var candidates = RouterCandidates.Collect(query.Request, health, free: query.Router.Kind == RouterKind.Free);
        var quality = QualityOf(query.Request.Snapshot);
        return query.Router.Kind switch
        {
            RouterKind.Free => FreeRouter.Choose(query, candidates),
            RouterKind.Pareto => ParetoRouter.Choose(query, candidates, quality),
            _ => AutoRouter.Choose(query, candidates, quality, _success),
        };
    }

    /// <summary>The decision of a router that found nothing.</summary>
    internal static RouterDecision Refuse(RouterQuery query, int considered, string reason) => new()
    {
        Router = query.Router.Slug,
        Strategy = query.Router.Strategy,
        Considered = considered,
        Reason = reason,
        Error = new GatewayError(GatewayErrorKind.NoEndpoints, $"No models match your request and model restrictions. {reason}"),
    };

    /// <summary>Moves the model that the conversation had before to the front.</summary>
    internal static bool Stick(RouterQuery query, string? wanted, List<string> models, Predicate<string> isCandidate)
    {
        if (wanted is null || !isCandidate(wanted))
        {
            return false;
        }

        models.Remove(wanted);
        models.Insert(0, wanted);
        if (models.Count > MostModels)
        {
            models.RemoveAt(models.Count - 1);
        }

        return true;
    }

    /// <summary>The models as the planner takes them, with the variants that followed the router's name.</summary>
    internal static string[] WithVariants(RouterQuery query, List<string> models)
    {
        var named = new string[models.Count];
        for (var i = 0; i < named.Length; i++)
        {
            named[i] = models[i] + query.Router.Variants;
        }

        return named;
    }

    // Two threads may both work it out, and get the same.
    private ModelQuality QualityOf(CatalogSnapshot snapshot)
    {
        var measured = Volatile.Read(ref _measured);
        if (measured is null || !ReferenceEquals(measured.Snapshot, snapshot))
        {
            measured = new Measured(snapshot, new ModelQuality(snapshot.Models));
            Volatile.Write(ref _measured, measured);
        }

        return measured.Quality;
    }

    private sealed record Measured(CatalogSnapshot Snapshot, ModelQuality Quality);
}
