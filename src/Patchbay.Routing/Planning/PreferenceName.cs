namespace Patchbay.Routing;

/// <summary>What the members of a level are called, for messages.</summary>
internal static class PreferenceName
{
    /// <summary>The member whose condition keeps endpoints out for a reason.</summary>
    public static string Of(RoutePreferences? level, ExclusionReason reason)
    {
        var path = level?.Path ?? "provider";
        return level is { IsGuardrail: true } ? $"{InGuardrail(reason)} of {path}" : $"{path}.{InProvider(reason)}";
    }

    private static string InProvider(ExclusionReason reason) => reason switch
    {
        ExclusionReason.Only => "only",
        ExclusionReason.Ignore => "ignore",
        ExclusionReason.Parameters => "require_parameters",
        ExclusionReason.DataRegion => "data_regions",
        ExclusionReason.Distillable => "enforce_distillable_text",
        ExclusionReason.Quantization => "quantizations",
        _ => ExclusionReasonText.Word(reason),
    };

    private static string InGuardrail(ExclusionReason reason) => reason switch
    {
        ExclusionReason.Only => "allowed_providers",
        ExclusionReason.Ignore => "ignored_providers",
        ExclusionReason.Zdr => "enforce_zdr",
        ExclusionReason.DataCollection => "enable_model_training",
        _ => ExclusionReasonText.Word(reason),
    };
}
