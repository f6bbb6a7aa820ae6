using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary>How statements are made.</summary>
/// <param name="QueryTimeout">After what time a query is given up and answered with 408.</param>
public sealed record StatementOptions(TimeSpan QueryTimeout)
{
    /// <summary>What holds without a setting.</summary>
    public static StatementOptions Usual { get; } = new(TimeSpan.FromSeconds(20));
}

/// <summary>Queries that are given up.</summary>
internal static class TimedQuery
{
    /// <summary>The answer to a query, or null when it took too long.</summary>
    public static async Task<UsageReport?> WithinAsync(
        this IUsageStore usage, UsageQuery query, TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await usage.QueryAsync(query, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
