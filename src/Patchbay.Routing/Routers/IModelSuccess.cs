using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>How well a model has served lately, as far as routers care.</summary>
public interface IModelSuccess
{
    /// <summary>The share of good answers, from 0 to 1; null without enough to say so.</summary>
    double? Of(Model model);
}

/// <summary>The best uptime of 30 minutes among the model's endpoints: the planner goes there.</summary>
internal sealed class HealthSuccess(HealthRegistry health) : IModelSuccess
{
    public double? Of(Model model)
    {
        double? best = null;
        foreach (var endpoint in model.Endpoints)
        {
            if (health.Find(endpoint.Ordinal)?.Uptime30Minutes is { } uptime && !(uptime <= best))
            {
                best = uptime;
            }
        }

        return best;
    }
}
