namespace Patchbay.Api;

/// <summary>What this server is, for its users; one instance in the container.</summary>
/// <param name="Name">The name of the product: <c>Patchbay</c>.</param>
/// <param name="Version">Version of the server.</param>
/// <param name="Mode"><c>team</c> or <c>marketplace</c>.</param>
/// <param name="Demo">Whether all providers are simulated.</param>
/// <param name="Database"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="StartedAt">When the process started.</param>
public sealed record SystemInfo(
    string Name, string Version, string Mode, bool Demo, string Database, DateTimeOffset StartedAt);
