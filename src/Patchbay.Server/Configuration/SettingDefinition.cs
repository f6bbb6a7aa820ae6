namespace Patchbay.Server;

/// <summary>One setting: its name, what it takes, and how a value enters the settings.</summary>
/// <param name="Key">The name in the file, flat: <c>limits:idle_timeout</c>.</param>
/// <param name="Form">What a value looks like, for messages and documentation.</param>
/// <param name="Show">Its value in these settings, as an operator would write it.</param>
/// <param name="Apply">The settings with this value; null when the value is not of the form.</param>
internal sealed record SettingDefinition(
    string Key,
    string Form,
    Func<PatchbaySettings, string> Show,
    Func<PatchbaySettings, string, PatchbaySettings?> Apply)
{
    /// <summary>The environment variable that sets it: <c>PATCHBAY__LIMITS__IDLE_TIMEOUT</c>.</summary>
    public string Variable => SettingList.VariablePrefix + Key.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>The name as it stands in the file: <c>limits.idle_timeout</c>.</summary>
    public string Path => Key.Replace(':', '.');
}
