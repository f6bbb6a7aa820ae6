namespace Patchbay.Billing;

/// <summary>All slices of an organization. Guarded by its gate.</summary>
internal sealed class SliceBook
{
    /// <summary>The slices by their limit and window.</summary>
    public Dictionary<LeaseKey, LeaseSlice> All { get; } = [];

    /// <summary>Grows whenever limits appear or go.</summary>
    public int Version { get; set; }
}

/// <summary>The slices that limit one path, widest first, as of its last use: looked up again on another day, in another epoch,
/// and after limits changed. Guarded by the gate.</summary>
/// <param name="book">The slices of the organization.</param>
internal sealed class LeasedPath(SliceBook book)
{
    private LeaseSlice[] _slices = [];
    private DateOnly _day;
    private long _epoch = -1;
    private int _version = -1;
    private int _mask;

    /// <summary>The slices of the organization.</summary>
    public SliceBook Book => book;

    /// <summary>The slices that limit the meters on a day, and which they are.</summary>
    public LeaseSlice[] On(DateOnly day, ReadOnlySpan<ScopeMeter> meters, LeaseDesk desk, Lock gate, out LeaseUse use)
    {
        if (_day != day || _epoch != desk.Epoch || _version != book.Version)
        {
            Find(day, meters, desk, gate);
        }

        use = new LeaseUse(_mask, _epoch, day);
        return _slices;
    }

    private void Find(DateOnly day, ReadOnlySpan<ScopeMeter> meters, LeaseDesk desk, Lock gate)
    {
        (_day, _epoch, _version, _mask) = (day, desk.Epoch, book.Version, 0);
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
                _mask |= LeaseUse.Bit(meter.Scope.Level, kind);
            }
        }

        _slices = [.. slices];
    }
}
