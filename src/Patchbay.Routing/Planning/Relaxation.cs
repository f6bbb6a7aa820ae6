using System.Globalization;
using System.Numerics;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>The smallest change of a request that would leave it an endpoint.</summary>
/// <param name="Field">The member to change first.</param>
/// <param name="Advice">What to change, without a full stop; several changes are joined by <c>and</c>.</param>
/// <param name="Reason">What the first change undoes.</param>
internal readonly record struct Relaxation(string Field, string Advice, ExclusionReason Reason)
{
    // What only the operator can change.
    private const uint OutOfReach = 1U << (int)ExclusionReason.NotRoutable;

    private const decimal FemtosPerDollar = 1_000_000_000_000_000m;
    private const decimal FemtosPerDollarAMillion = 1_000_000_000m;

    /// <summary>Looks for the endpoint that the fewest conditions keep out, of as many the one that gives up the least:
    /// money before choice, choice before privacy. Null when none can be had by a change of the request.</summary>
    public static Relaxation? Nearest(ref readonly RouteRequest request, ReadOnlySpan<ResolvedModel> models)
    {
        var filter = new EndpointFilter(in request);
        Endpoint? best = null;
        var bestModel = 0;
        var bestFailures = 0U;
        var bestRank = (Count: int.MaxValue, Loss: 0, Price: 0UL);
        for (var m = 0; m < models.Length; m++)
        {
            foreach (var endpoint in models[m].Model.Endpoints)
            {
                var failures = filter.Failures(endpoint, in models[m]);
                if (failures == 0 || (failures & OutOfReach) != 0)
                {
                    continue;
                }

                var price = RankedEndpoint.PriceOf(endpoint, request.EstimatedPromptTokens);
                var rank = (BitOperations.PopCount(failures), LossOf(failures), price);
                if (best is null || rank.CompareTo(bestRank) < 0)
                {
                    (best, bestModel, bestFailures, bestRank) = (endpoint, m, failures, rank);
                }
            }
        }

        return best is null ? null : Describe(in request, filter, best, in models[bestModel], bestFailures);
    }

    private static Relaxation Describe(
        ref readonly RouteRequest request, EndpointFilter filter, Endpoint endpoint, in ResolvedModel resolved, uint failures)
    {
        var advice = "";
        var field = "";
        var first = ExclusionReason.None;
        for (var rest = failures; rest != 0; rest &= rest - 1)
        {
            var reason = (ExclusionReason)BitOperations.TrailingZeroCount(rest);
            var level = filter.LevelOf(reason, endpoint, resolved.Model) ?? request.Preferences;
            var (member, change) = Change(reason, endpoint, level, in request, in resolved);
            if (first == ExclusionReason.None)
            {
                (field, first) = (member, reason);
            }

            advice = advice.Length == 0 ? change : $"{advice} and {change}";
        }

        return new Relaxation(field, advice, first);
    }

    private static (string Field, string Advice) Change(
        ExclusionReason reason, Endpoint endpoint, RoutePreferences? level, ref readonly RouteRequest request, in ResolvedModel resolved)
    {
        var member = PreferenceName.Of(level, reason);
        var name = endpoint.ServiceTier == ServiceTier.Default ? endpoint.Provider.Slug : endpoint.Tag;
        switch (reason)
        {
            case ExclusionReason.ServiceTier:
                return ("service_tier", endpoint.ServiceTier == ServiceTier.Default
                    ? "leave service_tier away"
                    : $"set service_tier to {ServiceTierNames.Of(endpoint.ServiceTier)}");
            case ExclusionReason.AllowedModels:
                return ("model", $"allow {resolved.Model.Slug} in {member}");
            case ExclusionReason.IgnoredModels:
                return ("model", $"take {resolved.Model.Slug} out of {member}");
            case ExclusionReason.Only:
                return (member, $"allow {name} in {member}");
            case ExclusionReason.Ignore:
                return (member, $"take {name} out of {member}");
            case ExclusionReason.Order:
                return ("provider.allow_fallbacks", "set provider.allow_fallbacks to true");
            case ExclusionReason.Modality:
                return Modality(endpoint, in request);
            case ExclusionReason.Tools:
                return ("tools", "leave tools away");
            case ExclusionReason.Parameters:
                var missing = request.Used & ~endpoint.Supported;
                return (member, missing == Parameters.None
                    ? $"drop {member}"
                    : $"drop {member} or {string.Join(", ", ParameterNames.Of(missing))}");
            case ExclusionReason.DataCollection:
                return (member, level is { IsGuardrail: true } ? $"drop {member}" : $"set {member} to allow");
            case ExclusionReason.Zdr:
                return (member, $"drop {member}");
            case ExclusionReason.DataRegion:
                return (member, endpoint.Region is { } region
                    ? $"allow {region} in {member}"
                    : $"drop {member}");
            case ExclusionReason.Distillable:
                return (member, $"drop {member}");
            case ExclusionReason.Quantization:
                return (member, $"allow {endpoint.Quantization ?? "unknown"} in {member}");
            case ExclusionReason.MaxPrice:
                return Prices(endpoint, level, request.EstimatedPromptTokens);
            case ExclusionReason.NotFree:
                return ("model", $"ask for {resolved.Model.Slug} without :free");
            case ExclusionReason.ContextLength:
                return ("messages", "shorten the prompt");
            default:
                return ("max_tokens", string.Create(
                    CultureInfo.InvariantCulture, $"lower max_tokens to {endpoint.MaxOutputTokens}"));
        }
    }

    private static (string Field, string Advice) Modality(Endpoint endpoint, ref readonly RouteRequest request)
    {
        var input = request.Input & ~endpoint.Input;
        return input != Modalities.None
            ? ("messages", $"send no {string.Join(" or ", ModalityNames.Of(input))}")
            : ("modalities", $"ask for no {string.Join(" or ", ModalityNames.Of(request.Output & ~endpoint.Output))}");
    }

    private static (string Field, string Advice) Prices(Endpoint endpoint, RoutePreferences? level, long promptTokens)
    {
        var path = $"{level?.Path ?? "provider"}.max_price";
        var ceiling = level?.MaxPrice ?? new PriceCeiling();
        var prices = endpoint.Prices.ForPrompt(promptTokens);
        var raises = new List<string>();
        Raise("prompt", prices.Prompt, ceiling.Prompt, FemtosPerDollarAMillion);
        Raise("completion", prices.Completion, ceiling.Completion, FemtosPerDollarAMillion);
        Raise("request", prices.Request ?? default, ceiling.Request, FemtosPerDollar);
        Raise("image", prices.ImageInput ?? default, ceiling.Image, FemtosPerDollar);
        Raise("audio", prices.AudioInput ?? default, ceiling.Audio, FemtosPerDollar);
        return (raises.Count == 1 ? raises[0].Split(' ')[0] : path, $"raise {string.Join(" and ", raises)}");

        void Raise(string part, UnitPrice price, decimal? limit, decimal femtosPerDollar)
        {
            var dollars = price.Femtos / femtosPerDollar;
            if (dollars > limit)
            {
                raises.Add(string.Create(CultureInfo.InvariantCulture, $"{path}.{part} to {dollars / 1.0000000000000000000000000000m}"));
            }
        }
    }

    // What is given up, as a number: the highest bit decides.
    private static int LossOf(uint failures)
    {
        var loss = 0;
        for (var rest = failures; rest != 0; rest &= rest - 1)
        {
            loss |= (ExclusionReason)BitOperations.TrailingZeroCount(rest) switch
            {
                ExclusionReason.ServiceTier or ExclusionReason.MaxOutput => 1 << 0,
                ExclusionReason.Order or ExclusionReason.Parameters or ExclusionReason.Quantization => 1 << 1,
                ExclusionReason.MaxPrice or ExclusionReason.NotFree => 1 << 2,
                ExclusionReason.Only => 1 << 3,
                ExclusionReason.Ignore => 1 << 4,
                ExclusionReason.Tools or ExclusionReason.Modality or ExclusionReason.ContextLength => 1 << 5,
                ExclusionReason.Distillable => 1 << 6,
                ExclusionReason.DataRegion => 1 << 7,
                ExclusionReason.DataCollection => 1 << 8,
                _ => 1 << 9,
            };
        }

        return loss;
    }
}
