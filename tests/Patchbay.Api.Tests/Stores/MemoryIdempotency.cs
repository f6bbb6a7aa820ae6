using Patchbay.Billing;

namespace Patchbay.Api.Tests;

internal sealed class MemoryIdempotency(MemoryDatabase database, ManualClock clock) : IIdempotencyStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Scope, string Key), IdempotencyRecord> _records = [];

    /// <summary>Everything that a thief of the database could read of the answers.</summary>
    public IReadOnlyList<byte[]> Responses
    {
        get
        {
            lock (_gate)
            {
                return [.. _records.Values.Where(record => record.Response is not null).Select(record => record.Response!)];
            }
        }
    }

    /// <summary>Forgets that the requests are answered, as if the process had died just before it kept the answers.</summary>
    public void DieBeforeAnswers()
    {
        lock (_gate)
        {
            foreach (var key in _records.Keys.ToArray())
            {
                _records[key] = _records[key] with { IsAnswered = false, Response = null, Owner = Guid.Empty };
            }
        }
    }

    public Task<IdempotencyClaim> ClaimAsync(IdempotentRequest request, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var name = (request.Scope, request.Key);
            var known = _records.GetValueOrDefault(name);
            var claim = IdempotencyRecord.Decide(known, request, isOnlyServer: true, now);
            if (claim.State == ClaimState.Granted)
            {
                _records[name] = new IdempotencyRecord(
                    claim.Id, request.BodyHash, false, request.Owner, now + IdempotencyRecord.ClaimLifetime, 0, null,
                    claim.Id == known?.Id ? known.CreatedAt : now);
            }

            return Task.FromResult(claim);
        }
    }

    public Task FinishAsync(
        IdempotentRequest request, Guid id, int status, byte[] response, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var name = (request.Scope, request.Key);
            _records[name] = _records[name] with { IsAnswered = true, Status = status, Response = response };
        }

        return Task.CompletedTask;
    }

    public Task ReleaseAsync(IdempotentRequest request, Guid id, bool forget, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var name = (request.Scope, request.Key);
            if (forget)
            {
                _records.Remove(name);
            }
            else
            {
                _records[name] = _records[name] with { ClaimedUntil = clock.GetUtcNow() };
            }
        }

        return Task.CompletedTask;
    }

    public Task<int> ForgetOldAsync(CancellationToken cancellationToken) => Task.FromResult(0);
}
