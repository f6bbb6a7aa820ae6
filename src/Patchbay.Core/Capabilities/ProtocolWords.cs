namespace Patchbay.Core;

/// <summary>What can be said in a provider's protocol.</summary>
/// <param name="Unknown">The parameters that it has no words for, and that nothing else stands in for.</param>
/// <param name="HasServiceTiers">Whether a request can ask for a service tier.</param>
public readonly record struct ProtocolWords(Parameters Unknown, bool HasServiceTiers);
