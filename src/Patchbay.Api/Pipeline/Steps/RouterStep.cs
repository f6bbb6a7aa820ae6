using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Replaces the names of routers among a request's models by the models that they choose. Costs a request without
/// a router two comparisons a model.</summary>
internal static class RouterStep
{
    /// <summary>The strategy of the router that answers by itself.</summary>
    public const string BodyBuilder = "bodybuilder";

    /// <summary>Rewrites <see cref="RequestEnvelope.Models"/>. Null when no model is a router; else the decision of the
    /// first one, with an error when no model is left. A conversation keeps the model that the table remembers for it, as long as
    /// the router may choose it.</summary>
    public static RouterDecision? Resolve(
        RequestEnvelope envelope, ReadOnlySpan<byte> body, in RouteRequest request, ModelRouter router,
        AffinityTable? affinity = null)
    {
        RouterDecision? first = null;
        ChatPromptText? text = null;
        var models = envelope.Models;
        for (var i = 0; i < models.Count; i++)
        {
            if (!RouterName.TryParse(models[i], out var name))
            {
                continue;
            }

            if (name.Kind == RouterKind.Fusion)
            {
                // Only an explanation comes here: the pipeline has asked the panel, and named the model, before.
                return Fusion(envelope, body, name);
            }

            text ??= ChatPromptText.Read(body);
            if (name.Kind == RouterKind.BodyBuilder)
            {
                return models.Count > 1 ? NotAlone(name) : Build(name, in request, text.User);
            }

            var decision = router.Choose(Query(name, envelope, text, in request, affinity));
            first ??= decision;
            var asked = models[i];
            models.RemoveAt(i);
            var at = i;
            foreach (var model in decision.Models)
            {
                if (!models.Contains(model))
                {
                    models.Insert(at++, model);
                }
            }

            if (models.Count == 0)
            {
                models.Add(asked);
                return decision;
            }

            i = at - 1;
        }

        return first is { Error: not null } ? first with { Error = null } : first;
    }

    private static RouterQuery Query(
        RouterName name, RequestEnvelope envelope, ChatPromptText text, in RouteRequest request, AffinityTable? affinity) =>
        new()
        {
            Router = name,
            Request = request,
            Prompt = new PromptFeatures
            {
                Text = text.User,
                System = text.System,
                Messages = text.Messages,
                HasToolResults = text.HasToolResults,
                LastModel = text.LastModel,
            },
            Auto = (name.Plugin == "auto-beta-router" ? envelope.AutoBetaRouter : envelope.AutoRouter) is { } auto
                ? new AutoRouterOptions
                {
                    AllowedModels = auto.AllowedModels,
                    ExcludedModels = auto.ExcludedModels,
                    CostTier = (RouterCostTier?)auto.CostTier,
                    CostQualityTradeoff = auto.CostQualityTradeoff,
                    PinModel = auto.PinModel,
                }
                : null,
            Pareto = envelope.ParetoRouter is { } pareto
                ? new ParetoRouterOptions { MinCodingScore = pareto.MinCodingScore, MaxPrice = pareto.MaxPrice }
                : null,
            Sticky = affinity?.ModelOf(request.Conversation, request.Snapshot.Models),
            Random = Random.Shared,
        };

    private static RouterDecision Build(RouterName name, in RouteRequest request, string text)
    {
        var found = Routing.BodyBuilder.FindModels(request.Snapshot, text);
        return new RouterDecision
        {
            Router = name.Slug,
            Strategy = name.Strategy,
            Models = found,
            Considered = found.Count,
            Reason = "The models that the last message names.",
            Error = found.Count > 0 ? null : new GatewayError(
                GatewayErrorKind.InvalidRequest, "The last message names no model of the catalogue, so there is no request to build.")
            {
                Parameter = "messages",
            },
        };
    }

    private static RouterDecision Fusion(RequestEnvelope envelope, ReadOnlySpan<byte> body, RouterName name)
    {
        var settings = FusionSettings.Read(body, envelope, out var error);
        envelope.Models.Clear();
        envelope.Models.AddRange(settings?.Models ?? []);
        return new RouterDecision
        {
            Router = name.Slug,
            Strategy = name.Strategy,
            Models = [.. envelope.Models],
            Reason = "The panel and the analyst are requests of their own; this is the model that writes the answer.",
            Error = error,
        };
    }

    private static RouterDecision NotAlone(RouterName name) => new()
    {
        Router = name.Slug,
        Strategy = name.Strategy,
        Reason = "The body builder was named among other models.",
        Error = new GatewayError(
            GatewayErrorKind.InvalidRequest, $"'{name.Slug}' answers by itself and cannot be one of several models.")
        {
            Parameter = "models",
        },
    };
}
