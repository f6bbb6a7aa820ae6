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
/// <param name="use">Which they are.</param>
internal sealed class LeaseSet(LeaseSlice[] slices, LeaseUse use)
{
    public LeaseSlice[] Slices => slices;

    public LeaseUse Use => use;
}

/// <summary>The slices that limit one path, as of its last use: looked up again on another day, in another epoch,
/// and after limits changed. Guarded by the gate.</summary>
/// <param name="book">The slices of the organization.</param>
internal sealed class LeasedPath(SliceBook book)
{
    private LeaseSet _set = new([], default);
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
        var mask = 0;
        book.Tidy(day);
        var slices = new List<LeaseSlice>();
        foreach (var meter in meters)
        {
            foreach (var kind in meter.LimitedKinds())
            {
                var key = LeaseKey.On(meter.Scope, kind, day);
                if (!book.All.TryGetValue(key, out var slice) || slice.Epoch != _epoch)
                {
                    slice = new LeaseSlice(key, _epoch);
                    book.All[key] = slice;
                    desk.Add(slice, gate);
                }

                slices.Add(slice);
                mask |= LeaseUse.Bit(meter.Scope.Level, kind);
            }
        }

        _set = new LeaseSet([.. slices], new LeaseUse(mask, _epoch, day));
    }
}
