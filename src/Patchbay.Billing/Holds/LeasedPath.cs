using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>All slices of an organization. Guarded by its gate.</summary>
internal sealed class SliceBook
{
    /// <summary>The slices by their limit and window.</summary>
    public Dictionary<LeaseKey, LeaseSlice> All { get; } = [];

    /// <summary>Grows whenever limits appear or go.</summary>
    public int Version { get; set; }

    private DateOnly _tidied;

    /// <summary>Forgets, once a day, slices of windows that ended days ago. Not earlier: a slice that is forgotten too early and
    /// made again would count twice what it was granted.</summary>
    public void Tidy(DateOnly day)
    {
        if (day <= _tidied)
        {
            return;
        }

        _tidied = day;
        foreach (var (key, slice) in All)
        {
            if (slice.IsPast(day))
            {
                All.Remove(key);
            }
        }
    }
}

/// <summary>Slices that are held against together, widest first.</summary>
/// <param name="slices">The slices; none when nothing limits the path.</param>
/// <param name="allowance">The slice of the allowance for own keys; null without fees.</param>
/// <param name="use">Which they are.</param>
internal sealed class LeaseSet(LeaseSlice[] slices, LeaseSlice? allowance, LeaseUse use)
{
    public LeaseSlice[] Slices => slices;

    public LeaseSlice? Allowance => allowance;

    /// <summary>Whether something of it was leased in an epoch that is over.</summary>
    public bool IsLost(long epoch) => use.Epoch != epoch && (slices.Length > 0 || allowance is not null);

    public LeaseUse Use => use;
}

/// <summary>The slices that limit one path, as of its last use: looked up again on another day, in another epoch,
/// and after limits changed. Guarded by the gate.</summary>
/// <param name="book">The slices of the organization.</param>
/// <param name="allowance">What it may use on own keys in a month without a fee; null without fees.</param>
internal sealed class LeasedPath(SliceBook book, Money? allowance)
{
    private LeaseSet _set = new([], null, default);
    private DateOnly _day;
    private long _epoch = -1;
    private int _version = -1;

    /// <summary>The slices of the organization.</summary>
    public SliceBook Book => book;

    /// <summary>The slices that limit the meters on a day.</summary>
    public LeaseSet On(DateOnly day, ReadOnlySpan<ScopeMeter> meters, LeaseDesk desk, Lock gate)
    {
        if (_day != day || _epoch != desk.Epoch || _version != book.Version)
        {
            Find(day, meters, desk, gate);
        }

        return _set;
    }

    private void Find(DateOnly day, ReadOnlySpan<ScopeMeter> meters, LeaseDesk desk, Lock gate)
    {
        (_day, _epoch, _version) = (day, desk.Epoch, book.Version);
        var mask = 0L;
        book.Tidy(day);
        var slices = new List<LeaseSlice>();
        foreach (var meter in meters)
        {
            foreach (var kind in meter.LimitedKinds())
            {
                slices.Add(Find(LeaseKey.On(meter.Scope, kind, day), null, desk, gate));
                mask |= LeaseUse.Bit(meter.Scope.Level, kind);
            }
        }

        var free = allowance is not null && meters.Length > 0 && meters[0].Scope.Level == BudgetLevel.Organization
            ? Find(LeaseKey.On(meters[0].Scope, LeaseKind.Allowance, day), allowance, desk, gate)
            : null;
        _set = new LeaseSet([.. slices], free, new LeaseUse(mask, _epoch, day));
    }

    private LeaseSlice Find(LeaseKey key, Money? limit, LeaseDesk desk, Lock gate)
    {
        if (!book.All.TryGetValue(key, out var slice) || slice.Epoch != _epoch)
        {
            slice = new LeaseSlice(key, _epoch, limit);
            book.All[key] = slice;
            desk.Add(slice, gate);
        }

        return slice;
    }
}
