using Patchbay.Billing;

namespace Patchbay.Api.Tests;

internal sealed class MemoryRateLimits(MemoryDatabase database, RateGate gate) : IRateLimitStore, IRateLimitControl
{
    private readonly Dictionary<BudgetScope, RateLimit> _limits = [];

    public Task<IReadOnlyList<RateLimit>> ListAsync(CancellationToken cancellationToken)
    {
        database.Ask();
        return Task.FromResult<IReadOnlyList<RateLimit>>([.. _limits.Values]);
    }

    public Task SetAsync(RateLimit limit, CancellationToken cancellationToken)
    {
        database.Ask();
        _limits[limit.Scope] = limit;
        if (limit.IsEmpty)
        {
            _limits.Remove(limit.Scope);
        }

        gate.Apply([.. _limits.Values]);
        return Task.CompletedTask;
    }
}
