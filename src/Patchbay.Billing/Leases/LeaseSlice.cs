using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The part of a limit that this server may spend by itself. Not thread-safe: the book of its organization guards it.
/// </summary>
/// <param name="key">Which limit.</param>
/// <param name="epoch">The epoch that it was leased in.</param>
/// <param name="limit">The limit, where it is not in the database.</param>
internal sealed class LeaseSlice(LeaseKey key, long epoch, Money? limit = null)
{
    // What is spent is counted in pieces of this length: the present one and the one before it make the rate.
    private const long PieceMs = 10_000;

    private const int DaysKept = 3;

    // What was spent in less time says little about the rate.
    private const long LeastMs = 1000;

    private Money _granted;
    private Money _returned;
    private Money _spentNow;
    private Money _spentBefore;
    private long _piece;
    private bool _owesReturn;
    private long _firstUsedAt = -1;

    public LeaseKey Key { get; } = key;

    public long Epoch { get; } = epoch;

    /// <summary>One request to the database at a time for those who wait for the same slice.</summary>
    public SemaphoreSlim Asking { get; } = new(1, 1);

    /// <summary>Leased and neither spent nor given back.</summary>
    public Money Balance { get; private set; }

    /// <summary>The part of it that holds of requests in flight take.</summary>
    public Money Held { get; private set; }

    /// <summary>The part that nobody holds.</summary>
    public Money Free => Balance - Held;

    /// <summary>What others could lease, when the database was last asked.</summary>
    public Money Available { get; private set; } = Money.MaxValue;

    /// <summary>What other servers had leased then.</summary>
    public Money Others { get; private set; }

    /// <summary>Whether little was left then: what is not held is given back at once.</summary>
    public bool IsTight { get; set; }

    /// <summary>What requests that wait for the database need together.</summary>
    public Money Waiting { get; set; }

    /// <summary>Whether nothing was left the last time and no other server had any: nothing more comes of asking.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Until when a request need not wait for what others give back: one has waited long enough.</summary>
    public long PatientUntil { get; set; } = long.MinValue;

    /// <summary>When the database last refused, by <see cref="Environment.TickCount64"/>.</summary>
    public long RefusedAt { get; private set; } = long.MinValue / 2;

    /// <summary>When somebody last took or settled a hold.</summary>
    public long UsedAt { get; private set; }

    /// <summary>More should be leased when less than this is free.</summary>
    public Money Low { get; private set; }

    /// <summary>Whether it stands in the line of those to look after.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The longest a spending rate is known for.</summary>
    public static TimeSpan RateSpan => TimeSpan.FromMilliseconds(PieceMs);

    /// <summary>Whether its window ended days ago and nothing is left in it.</summary>
    public bool IsPast(DateOnly day) =>
        Key.End < day.AddDays(-DaysKept) && Held == Money.Zero && Balance == Money.Zero;

    /// <summary>What of an amount is held in this slice.</summary>
    public Money PartOf(in HoldAmount amount) => Key.IncludesByok ? amount.Listed : amount.Credits;

    /// <summary>A wish for more of it.</summary>
    public LeaseRequest Ask(Money need, Money want) => new(Key, need, want) { Limit = limit };

    public void Hold(Money amount, long now)
    {
        Held += amount;
        UsedAt = now;
        _firstUsedAt = _firstUsedAt < 0 ? now : _firstUsedAt;
    }

    /// <summary>Ends a hold of which a part was charged.</summary>
    public void End(Money held, Money charge, long now)
    {
        Roll(now);
        Held -= held;
        Balance -= charge;
        _spentNow += charge;
        UsedAt = now;
    }

    /// <summary>Takes in what the database answered.</summary>
    public void Credit(in LeaseGrant grant, long now)
    {
        // Answers may overtake each other: the total only grows.
        if (grant.GrantedTotal > _granted)
        {
            Balance += grant.GrantedTotal - _granted;
            _granted = grant.GrantedTotal;
        }

        Available = grant.Available;
        Others = grant.Others;
        IsTight = grant.IsTight;
        IsExhausted = grant.IsRefused && grant.Available <= Money.Zero && grant.Others <= Money.Zero;
        if (grant.IsRefused)
        {
            RefusedAt = now;
        }
    }

    /// <summary>Takes what nobody holds out of the slice, to be given back. Returns what to say, or null when there is
    /// nothing.</summary>
    public LeaseReturn? GiveBack()
    {
        var free = Money.Max(Free, Money.Zero);
        if (free == Money.Zero && !_owesReturn)
        {
            return null;
        }

        _owesReturn = false;

        Balance -= free;
        _returned += free;
        IsExhausted &= free == Money.Zero;
        return new LeaseReturn(Key, _returned);
    }

    /// <summary>What was last given back did not arrive, and is said again.</summary>
    public void OweReturn() => _owesReturn = true;

    /// <summary>The limit has changed: what was refused before may be granted now.</summary>
    public void ForgetRefusal() => RefusedAt = long.MinValue / 2;

    /// <summary>What is spent in this many seconds, as of late; at least what waits.</summary>
    public Money Want(TimeSpan span, long now)
    {
        Roll(now);
        var inPiece = now - (_piece * PieceMs);
        var recent = (Int128)_spentNow.Nanos + ((Int128)_spentBefore.Nanos * (PieceMs - inPiece) / PieceMs);
        var lasted = Math.Clamp(_firstUsedAt < 0 ? 0 : now - _firstUsedAt, LeastMs, PieceMs);
        var want = recent * (long)span.TotalMilliseconds / lasted;
        var amount = new Money((long)Int128.Min(want, long.MaxValue / 4));
        Low = new Money(amount.Nanos / 2);
        return Money.Max(Waiting, amount);
    }

    private void Roll(long now)
    {
        var piece = now / PieceMs;
        if (piece == _piece)
        {
            return;
        }

        _spentBefore = piece == _piece + 1 ? _spentNow : Money.Zero;
        _spentNow = Money.Zero;
        _piece = piece;
    }
}
