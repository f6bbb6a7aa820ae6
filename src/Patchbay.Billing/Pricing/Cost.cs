using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a usage costs. The two parts always add up to the total.</summary>
/// <param name="Total">The whole, rounded up once to a nano-USD.</param>
/// <param name="Prompt">What went in, and the fees per request and search.</param>
/// <param name="Completion">What came out.</param>
public readonly record struct Cost(Money Total, Money Prompt, Money Completion)
{
    /// <summary>No cost.</summary>
    public static Cost Zero => default;

    /// <summary>What both cost.</summary>
    public Cost Plus(in Cost other) => new(Total + other.Total, Prompt + other.Prompt, Completion + other.Completion);
}
