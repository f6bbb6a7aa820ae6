using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What an error body of a dialect says. Its text is the provider's: it may hold secrets.</summary>
/// <param name="Kind">What the error means to us.</param>
/// <param name="Message">The provider's message; null when the body has none.</param>
/// <param name="Parameter">The request member that it is about, where the body names one.</param>
public readonly record struct DialectError(GatewayErrorKind Kind, string? Message, string? Parameter = null)
{
    /// <summary>How long the body asks to be left alone, where it says so; never negative.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
