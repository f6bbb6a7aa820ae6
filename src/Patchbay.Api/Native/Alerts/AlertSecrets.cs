using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>Where the secrets of alerts' targets are sealed.</summary>
public static class AlertSecrets
{
    /// <summary>The place of a target's secret.</summary>
    public static SecretPlace PlaceOf(AlertTarget target) => new(target.OrganizationId, "alert-target", target.Id, 1);
}
