namespace Patchbay.Protocol;

/// <summary>A mark that the prompt up to here is worth keeping in the provider's cache
/// (https://docs.claude.com/en/docs/build-with-claude/prompt-caching).</summary>
/// <param name="Ttl">How long: <c>5m</c> or <c>1h</c>; null leaves it to the provider.</param>
public sealed record CacheControl(string? Ttl);
