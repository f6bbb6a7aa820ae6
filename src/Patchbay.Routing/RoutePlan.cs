using System.Collections.Immutable;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>The ordered attempts of one request, or the error that says why there are none. Immutable.</summary>
public sealed class RoutePlan
{
    private readonly RouteRequest _request;
    private IReadOnlyList<EndpointVerdict>? _verdicts;

    internal RoutePlan(ref readonly RouteRequest request, ImmutableArray<Candidate> attempts, GatewayError? error)
    {
        _request = request;
        Attempts = attempts;
        Error = error;
    }

    /// <summary>The attempts, first to last, without repetition. Empty if and only if <see cref="Error"/> is set.</summary>
    public ImmutableArray<Candidate> Attempts { get; }

    /// <summary>Whether an attempt goes to the operator's account, and another to one of the caller's own.</summary>
    public bool MixesKeys
    {
        get
        {
            var (own, shared) = (false, false);
            foreach (var attempt in Attempts)
            {
                own |= attempt.OwnKey is not null;
                shared |= attempt.OwnKey is null;
            }

            return own && shared;
        }
    }

    /// <summary>The same plan without the attempts on the operator's account.</summary>
    public RoutePlan OnOwnKeys() => new(in _request, Attempts.RemoveAll(static attempt => attempt.OwnKey is null), Error)
    {
        IsSticky = IsSticky,
        Health = Health,
        PlannedAtMs = PlannedAtMs,
    };

    /// <summary>Why nothing can be tried; null when there are attempts.</summary>
    public GatewayError? Error { get; }

    /// <summary>For every endpoint of each model of the request, in catalogue order, why it is in or out. Worked out at
    /// the first call, so ask before the request's list of models is used for something else.</summary>
    public IReadOnlyList<EndpointVerdict> Verdicts => _verdicts ??= Explain();

    /// <summary>Whether the first attempt goes to an endpoint that answered this conversation before.</summary>
    public bool IsSticky { get; internal init; }

    /// <summary>Whether the request's name of this model asks for reasoning (<c>:thinking</c>), unless the request itself says
    /// otherwise.</summary>
    public bool Thinks(Model model)
    {
        var names = _request.Models;
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Contains(":thinking", StringComparison.Ordinal)
                && ModelVariants.TryResolve(_request.Snapshot, names[i], out var resolved)
                && ReferenceEquals(resolved.Model, model))
            {
                return resolved.Thinks;
            }
        }

        return false;
    }

    /// <summary>Whether an endpoint of the models that are tried is left alone at present, because of its health.</summary>
    public bool HasResting
    {
        get
        {
            if (Health is null)
            {
                return Error is not null;
            }

            Catalog.Model? last = null;
            foreach (var attempt in Attempts)
            {
                if (ReferenceEquals(attempt.Model, last))
                {
                    continue;
                }

                last = attempt.Model;
                foreach (var endpoint in last.Endpoints)
                {
                    if (Health.Find(endpoint.Ordinal)?.Read(PlannedAtMs).Cooling == true)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    internal HealthRegistry? Health { get; init; }

    internal long PlannedAtMs { get; init; }

    private List<EndpointVerdict> Explain()
    {
        var verdicts = RoutePlanner.Explain(in _request);
        for (var i = 0; i < verdicts.Count; i++)
        {
            if (verdicts[i].Reason == ExclusionReason.None)
            {
                verdicts[i] = Place(verdicts[i]);
            }
        }

        return verdicts;
    }

    private EndpointVerdict Place(EndpointVerdict verdict)
    {
        for (var i = 0; i < Attempts.Length; i++)
        {
            if (Attempts[i].Endpoint.Ordinal == verdict.Endpoint.Ordinal && ReferenceEquals(Attempts[i].Model, verdict.Model))
            {
                return verdict with { Attempt = i };
            }
        }

        return verdict with
        {
            Reason = Health?.Find(verdict.Endpoint.Ordinal)?.Read(PlannedAtMs).Cooling == true
                ? ExclusionReason.CoolingDown
                : ExclusionReason.AttemptLimit,
        };
    }
}
