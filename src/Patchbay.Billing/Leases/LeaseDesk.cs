using System.Collections.Concurrent;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Keeps this server's slices of shared limits: shows signs of life, asks for more before they run out, and gives back
/// what is not in use. <see cref="HoldBook"/> holds against the slices in memory.</summary>
/// <param name="store">Where limits are shared out.</param>
/// <param name="span">How long what is leased should last at the present rate of spending.</param>
/// <param name="clock">The clock; for all durations its timestamps, which nobody sets.</param>
public sealed class LeaseDesk(ILeaseStore store, TimeSpan span, TimeProvider clock) : IDisposable
{
    /// <summary>How often slices are looked after.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    // A slice that nobody used for so long is given back.
    private const long IdleMs = 10_000;
    private const long RestMs = 250;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentQueue<Tended> _tended = new();
    private readonly ConcurrentDictionary<LeaseKey, Tended> _known = new();
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private long _liveUntil = long.MinValue;
    private long _confirmedAt;
    private DateTimeOffset _confirmedTime;
    private long _triedAt = long.MinValue / 2;
    private long _downUntil = long.MinValue;
    private volatile bool _isLost;

    /// <summary>How long a request waits for other servers to give back what they do not use, before it is refused.</summary>
    public TimeSpan WaitForOthers { get; init; } = TimeSpan.FromMilliseconds(700);

    internal long WaitForOthersMs => (long)WaitForOthers.TotalMilliseconds;

    /// <summary>Counts the registrations of this server.</summary>
    internal long Epoch => store.Epoch;

    /// <summary>Milliseconds that only go forward.</summary>
    internal long Now => clock.GetTimestamp() / (clock.TimestampFrequency / 1000);

    /// <summary>Whether slices may be spent from: a sign of life was given, or at least tried, within their lifetime.</summary>
    internal bool IsLive(long now, DateTimeOffset time) => now < _liveUntil && time - _confirmedTime < store.Grace / 2;

    /// <summary>Whether this server may go on with what it has while the database does not answer.</summary>
    internal bool MayServeAlone => IsLive(Now, clock.GetUtcNow());

    /// <summary>Asks for slices; before that for the right to have any.</summary>
    internal async Task<IReadOnlyList<LeaseGrant>> TakeAsync(IReadOnlyList<LeaseRequest> requests, CancellationToken cancellationToken)
    {
        var now = Now;
        if (!IsLive(now, clock.GetUtcNow()))
        {
            await RenewAsync(cancellationToken);
        }

        if (requests.Count == 0)
        {
            return [];
        }

        if (now < Volatile.Read(ref _downUntil))
        {
            throw new StorageUnavailableException("The database did not answer a moment ago; nothing more is leased from it now.");
        }

        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            return await store.TakeAsync(requests, patience.Token);
        }
        catch (LeasesLostException)
        {
            _isLost = true;
            await RenewAsync(cancellationToken);
            throw;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            Volatile.Write(ref _downUntil, Now + RestMs);
            throw new StorageUnavailableException("The database did not answer in time.", exception);
        }
        catch (StorageUnavailableException)
        {
            Volatile.Write(ref _downUntil, Now + RestMs);
            throw;
        }
    }

    /// <summary>Has a slice looked after in the next round.</summary>
    internal void Tend(LeaseSlice slice, Lock gate)
    {
        if (!slice.IsQueued)
        {
            slice.IsQueued = true;
            _tended.Enqueue(new Tended(slice, gate));
        }
    }

    /// <summary>Knows a slice from now on, until it is replaced.</summary>
    internal void Add(LeaseSlice slice, Lock gate) => _known[slice.Key] = new Tended(slice, gate);

    /// <summary>What a slice should have, at least what waits for it.</summary>
    internal Money WantOf(LeaseSlice slice) => slice.Want(span, Now);

    /// <summary>Looks after slices until it is cancelled. What could not be said is said again.</summary>
    /// <param name="onTrouble">Told when the database does not answer, once, with null when it does again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Action<Exception?> onTrouble, CancellationToken cancellationToken)
    {
        store.Wanted = Give;
        using var timer = new PeriodicTimer(Every, clock);
        var isDown = false;
        for (var round = 0; await timer.WaitForNextTickAsync(cancellationToken); round++)
        {
            try
            {
                if (Now - _triedAt >= (long)store.Lifetime.TotalMilliseconds / 3)
                {
                    await RenewAsync(cancellationToken);
                }

                if (round % 5 == 0)
                {
                    LookAround();
                }

                await TendAsync(cancellationToken);
                if (isDown)
                {
                    isDown = false;
                    onTrouble(null);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // A round that fails is lost; without signs of life nothing is spent from slices.
                if (!isDown)
                {
                    isDown = true;
                    onTrouble(exception);
                }
            }
        }
    }

    /// <summary>Gives a sign of life now.</summary>
    /// <exception cref="StorageUnavailableException">It is not allowed to spend from slices without one.</exception>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _renewing.WaitAsync(cancellationToken);
        try
        {
            var sent = Now;
            if (_isLost)
            {
                await RegisterAsync(cancellationToken);
                return;
            }

            if (sent - _triedAt < RestMs && IsLive(sent, clock.GetUtcNow()))
            {
                return;
            }

            var time = clock.GetUtcNow();
            _triedAt = sent;
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(Patience);
                await store.RenewAsync(patience.Token);
                Confirm(sent, time);
            }
            catch (LeasesLostException)
            {
                _isLost = true;
                await RegisterAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is StorageUnavailableException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Nobody is given this server's slices before the grace is over, so it serves from them meanwhile.
                if (_liveUntil != long.MinValue && sent - _confirmedAt < (long)store.Grace.TotalMilliseconds / 2)
                {
                    Volatile.Write(ref _liveUntil, sent + (long)store.Lifetime.TotalMilliseconds);
                }

                throw exception as StorageUnavailableException
                    ?? new StorageUnavailableException("The database did not answer in time.", exception);
            }
        }
        finally
        {
            _renewing.Release();
        }
    }

    /// <summary>Gives back everything that nobody holds. For the end, when no request is in flight.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, _) in _known)
        {
            Give(key);
        }

        await TendAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _renewing.Dispose();

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _liveUntil, long.MinValue + 1);
        var (sent, time) = (Now, clock.GetUtcNow());
        await store.RegisterAsync(cancellationToken);
        _isLost = false;
        _known.Clear();
        Confirm(sent, time);
    }

    private void Confirm(long sent, DateTimeOffset time)
    {
        _triedAt = sent;
        _confirmedAt = sent;
        _confirmedTime = time;
        Volatile.Write(ref _liveUntil, sent + (long)store.Lifetime.TotalMilliseconds);
    }

    // Another server waits for it. Whether own keys count can have changed here or there.
    private void Give(LeaseKey key)
    {
        GiveBack(key);
        if (key.Plain is var plain && plain.Kind <= LeaseKind.Monthly)
        {
            GiveBack(plain == key ? key with { Kind = key.Kind + (int)LeaseKind.LifetimeWithByok } : plain);
        }
    }

    private void GiveBack(LeaseKey key)
    {
        if (_known.TryGetValue(key, out var tended))
        {
            lock (tended.Gate)
            {
                tended.Slice.IsTight = true;
                Tend(tended.Slice, tended.Gate);
            }
        }
    }

    // What is idle goes back; what is spent faster than before gets more, so that it lasts when the database goes away.
    private void LookAround()
    {
        var now = Now;
        var day = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        foreach (var (key, tended) in _known)
        {
            lock (tended.Gate)
            {
                if (now - tended.Slice.UsedAt < IdleMs)
                {
                    if (!tended.Slice.IsTight && tended.Slice.Free.Nanos < WantOf(tended.Slice).Nanos / 2)
                    {
                        Tend(tended.Slice, tended.Gate);
                    }
                }
                else if (tended.Slice.IsPast(day))
                {
                    _known.TryRemove(key, out _);
                }
                else if (tended.Slice.Free > Money.Zero)
                {
                    tended.Slice.IsTight = true;
                    Tend(tended.Slice, tended.Gate);
                }
            }
        }
    }

    private async Task TendAsync(CancellationToken cancellationToken)
    {
        var returns = new List<LeaseReturn>();
        var wishes = new List<(Tended Tended, LeaseRequest Request)>();
        var returned = new List<Tended>();
        for (var left = _tended.Count; left > 0 && _tended.TryDequeue(out var tended); left--)
        {
            lock (tended.Gate)
            {
                var slice = tended.Slice;
                slice.IsQueued = false;
                if (slice.Epoch != store.Epoch)
                {
                    continue;
                }

                if (slice.IsTight)
                {
                    if (slice.GiveBack() is { } giveBack)
                    {
                        returns.Add(giveBack);
                        returned.Add(tended);
                    }
                }
                else if (WantOf(slice) is { } want && want > slice.Free)
                {
                    wishes.Add((tended, slice.Ask(Money.Zero, want - slice.Free)));
                }
            }
        }

        if (returns.Count > 0)
        {
            await ReturnAsync(returns, returned, cancellationToken);
        }

        foreach (var (tended, request) in wishes)
        {
            var grants = await TakeAsync([request], cancellationToken);
            lock (tended.Gate)
            {
                tended.Slice.Credit(grants[0], Now);
            }
        }
    }

    private async Task ReturnAsync(List<LeaseReturn> returns, List<Tended> returned, CancellationToken cancellationToken)
    {
        try
        {
            await store.ReturnAsync(returns, cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            // Said again with the next round: totals may be repeated.
            foreach (var tended in returned)
            {
                lock (tended.Gate)
                {
                    tended.Slice.OweReturn();
                    Tend(tended.Slice, tended.Gate);
                }
            }

            throw;
        }
    }

    private readonly record struct Tended(LeaseSlice Slice, Lock Gate);
}
