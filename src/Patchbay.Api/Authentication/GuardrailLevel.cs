using Patchbay.Identity;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Makes levels of preferences of guardrails.</summary>
internal static class GuardrailLevel
{
    /// <summary>One for each guardrail that demands something of endpoints, in their order.</summary>
    public static IReadOnlyList<RoutePreferences> Of(IReadOnlyList<Guardrail> guardrails)
    {
        List<RoutePreferences>? levels = null;
        foreach (var guardrail in guardrails)
        {
            var level = Of(guardrail);
            if (level.HasConditions)
            {
                (levels ??= []).Add(level);
            }
        }

        return (IReadOnlyList<RoutePreferences>?)levels ?? [];
    }

    private static RoutePreferences Of(Guardrail guardrail)
    {
        var policy = guardrail.Policy;
        return new RoutePreferences
        {
            Path = $"guardrail '{guardrail.Name}'",
            IsGuardrail = true,
            OnlyModels = policy.AllowedModels?.Names,
            IgnoreModels = policy.IgnoredModels?.Names,
            Only = policy.AllowedProviders?.Names,
            Ignore = policy.IgnoredProviders?.Names,
            DenyPaidTraining = policy.PaidTraining == false,
            DenyFreeTraining = policy.FreeTraining == false,
            ZdrOf = (policy.ZdrAnthropic == true ? ModelAuthors.Anthropic : 0)
                | (policy.ZdrGoogle == true ? ModelAuthors.Google : 0)
                | (policy.ZdrOpenAi == true ? ModelAuthors.OpenAi : 0)
                | (policy.ZdrXai == true ? ModelAuthors.Xai : 0)
                | (policy.ZdrOther == true ? ModelAuthors.Other : 0),
        };
    }
}
