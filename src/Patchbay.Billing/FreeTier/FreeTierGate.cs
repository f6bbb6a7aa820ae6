using System.Collections.Concurrent;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Admits requests of free models: so many a minute and so many a day for an account, whatever its keys, surfaces and
/// servers. What was admitted counts, also when it fails. Thread-safe.</summary>
/// <param name="windows">Where minutes are counted.</param>
/// <param name="counters">Where days are counted.</param>
/// <param name="credits">What accounts have bought.</param>
/// <param name="options">The numbers.</param>
/// <param name="fleet">The servers among which a day's limit is shared while the database does not answer.</param>
/// <param name="clock">The clock; its days are those of UTC.</param>
public sealed class FreeTierGate(
    IRateWindows windows, ISharedCounters counters, ICreditStore credits, FreeTierOptions options, FleetShare fleet, TimeProvider clock)
{
    private const int MostKnown = 20_000;
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, Purchases> _bought = new();
    private readonly MemoryCounters _alone = new();
    private long _triedAt;
    private volatile bool _isAway;

    /// <summary>Counts a request, or says why it must wait; then nothing is counted.</summary>
    public async ValueTask<FreeTierRefusal?> EnterAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        var name = NameOf(organizationId);
        if (options.RequestsPerMinute > 0)
        {
            var minute = await windows.TryTakeAsync(name, 1, options.RequestsPerMinute, cancellationToken);
            if (!minute.IsTaken)
            {
                return new FreeTierRefusal(false, options.RequestsPerMinute, clock.GetUtcNow() + minute.RetryAfter, null, 0);
            }
        }

        var refusal = await CountDayAsync(organizationId, name, cancellationToken);
        if (refusal is not null && options.RequestsPerMinute > 0)
        {
            windows.Adjust(name, -1);
        }

        return refusal;
    }

    /// <summary>What an account has on this day.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer.</exception>
    public async ValueTask<FreeTierStanding> ReadAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        var bought = (await ReadBoughtAsync(organizationId, AskAgainAfter, cancellationToken)).Amount;
        var limit = LimitFor(bought);
        return new FreeTierStanding(
            bought <= Money.Zero, limit > 0 ? limit : null,
            await counters.ReadAsync(NameOf(organizationId), Today, cancellationToken));
    }

    private static string NameOf(Guid organizationId) => $"free:{organizationId:N}";

    private DateTimeOffset Today => new(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    private long LimitFor(Money bought) => bought < options.Bought ? options.RequestsPerDay : options.RequestsPerDayBought;

    private async ValueTask<FreeTierRefusal?> CountDayAsync(Guid organizationId, string name, CancellationToken cancellationToken)
    {
        var bought = await KnowBoughtAsync(organizationId, KnownFor, cancellationToken);
        var limit = LimitFor(bought.Amount);
        if (await CountAsync(name, limit, cancellationToken))
        {
            return null;
        }

        // Whoever has bought in the meantime need not wait until that is noticed.
        if (bought.Amount < options.Bought)
        {
            bought = await KnowBoughtAsync(organizationId, AskAgainAfter, cancellationToken);
            if (bought.Amount >= options.Bought)
            {
                limit = LimitFor(bought.Amount);
                if (await CountAsync(name, limit, cancellationToken))
                {
                    return null;
                }
            }
        }

        var helps = bought.Amount < options.Bought && (options.RequestsPerDayBought == 0 || options.RequestsPerDayBought > limit);
        return new FreeTierRefusal(true, limit, Today.AddDays(1), helps ? options.Bought - Money.Max(bought.Amount, Money.Zero) : null, options.RequestsPerDayBought);
    }

    private async ValueTask<bool> CountAsync(string name, long limit, CancellationToken cancellationToken)
    {
        if (limit == 0)
        {
            return true;
        }

        try
        {
            return (await counters.TryTakeAsync(name, Today, 1, limit, cancellationToken)).IsTaken;
        }
        catch (StorageUnavailableException)
        {
            return (await _alone.TryTakeAsync(name, Today, 1, fleet.Of(limit), cancellationToken)).IsTaken;
        }
    }

    // An account of which nothing can be known has bought nothing. While the database is away, one asks again each second and
    // nobody else waits for it.
    private async ValueTask<Purchases> KnowBoughtAsync(Guid organizationId, TimeSpan oldest, CancellationToken cancellationToken)
    {
        if (_bought.TryGetValue(organizationId, out var known) && clock.GetElapsedTime(known.ReadAt) < oldest)
        {
            return known;
        }

        var triedAt = Volatile.Read(ref _triedAt);
        if (_isAway && (clock.GetElapsedTime(triedAt) < AskAgainAfter
            || Interlocked.CompareExchange(ref _triedAt, clock.GetTimestamp(), triedAt) != triedAt))
        {
            return known;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var bought = await ReadBoughtAsync(organizationId, oldest, patience.Token);
            _isAway = false;
            return bought;
        }
        catch (Exception exception) when (exception is StorageUnavailableException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Volatile.Write(ref _triedAt, clock.GetTimestamp());
            _isAway = true;
            return known;
        }
    }

    private async ValueTask<Purchases> ReadBoughtAsync(Guid organizationId, TimeSpan oldest, CancellationToken cancellationToken)
    {
        if (_bought.TryGetValue(organizationId, out var known) && clock.GetElapsedTime(known.ReadAt) < oldest)
        {
            return known;
        }

        if (_bought.Count >= MostKnown)
        {
            _bought.Clear();
        }

        var readAt = clock.GetTimestamp();
        var account = await credits.GetAccountAsync(organizationId, cancellationToken);
        return _bought[organizationId] = new Purchases(account.Bought, readAt);
    }

    private readonly record struct Purchases(Money Amount, long ReadAt);
}
