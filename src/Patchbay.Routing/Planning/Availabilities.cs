using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Says in the documented words why no endpoint was left
/// (https://openrouter.ai/docs/api-reference/errors).</summary>
internal static class Availabilities
{
    /// <summary>The whole answer for a request that no endpoint may serve.</summary>
    public static Availability Of(
        ref readonly RouteRequest request, IReadOnlyList<string> models, List<EndpointVerdict> verdicts, Relaxation? nearest)
    {
        var excluded = new List<string>();
        var affected = new List<string>();
        foreach (var verdict in verdicts)
        {
            var isQuiet = verdict.Reason == ExclusionReason.ServiceTier && request.Tier != TierWish.Flex;
            if (!isQuiet && WordOf(verdict.Reason) is { } word)
            {
                Add(excluded, word);
                Add(affected, verdict.Endpoint.Provider.Slug);
            }
        }

        return new Availability(CodeOf(nearest?.Reason), Retryable: false, models)
        {
            AffectedProviders = affected,
            ExcludedBy = excluded,
            Field = nearest?.Field,
            Detail = nearest?.Advice,
        };
    }

    private static string CodeOf(ExclusionReason? reason) => reason switch
    {
        ExclusionReason.DataCollection or ExclusionReason.Zdr => "privacy_restricted",
        ExclusionReason.DataRegion => "region_restricted",
        ExclusionReason.NotFree => "free_variant_ended",
        null => "no_endpoints",
        _ => "constraint_filtered",
    };

    private static string? WordOf(ExclusionReason reason) => reason switch
    {
        ExclusionReason.AllowedModels or ExclusionReason.IgnoredModels => "guardrail",
        ExclusionReason.Only or ExclusionReason.Ignore or ExclusionReason.Order => "allowed_providers",
        ExclusionReason.Modality or ExclusionReason.Tools or ExclusionReason.Parameters => "require_parameters",
        ExclusionReason.DataCollection => "data_policy:training",
        ExclusionReason.Zdr => "data_policy:zdr",
        ExclusionReason.DataRegion => "data_region",
        ExclusionReason.Distillable => "distillable_text",
        ExclusionReason.Quantization => "quantization",
        ExclusionReason.MaxPrice or ExclusionReason.NotFree => "max_price",
        ExclusionReason.ServiceTier => "service_tier",
        ExclusionReason.ContextLength or ExclusionReason.MaxOutput => "context_length",
        _ => null,
    };

    private static void Add(List<string> words, string word)
    {
        if (!words.Contains(word))
        {
            words.Add(word);
        }
    }
}
