namespace Patchbay.Billing;

/// <content>The list of open holds.</content>
public sealed partial class HoldBook
{
    private readonly Lock _openGate = new();
    private Hold? _newestOpen;
    private long _openCount;

    /// <summary>How many holds are open.</summary>
    public long OpenCount => Volatile.Read(ref _openCount);

    /// <summary>Open holds that were taken before this time and are not written down yet, with their descriptions. They are
    /// marked as recorded before they are written: a settlement that overtakes the write then removes a row too much, never
    /// one too few.</summary>
    public IReadOnlyList<(Hold Hold, OpenHold Row)> TakeUnrecorded(DateTimeOffset takenBefore)
    {
        var open = new List<Hold>();
        lock (_openGate)
        {
            for (var hold = _newestOpen; hold is not null; hold = hold.Next)
            {
                if (hold.CreatedAt < takenBefore && !hold.Recorded)
                {
                    open.Add(hold);
                }
            }
        }

        var rows = new List<(Hold, OpenHold)>(open.Count);
        foreach (var hold in open)
        {
            // A hold ends under this lock, so that what describes it is still its own.
            lock (hold.Path.Gate)
            {
                if (hold is { Ended: false, IsSettling: false } && hold.Describe() is { } row)
                {
                    hold.Recorded = true;
                    rows.Add((hold, row));
                }
            }
        }

        return rows;
    }

    private void Link(Hold hold)
    {
        lock (_openGate)
        {
            hold.Next = _newestOpen;
            if (_newestOpen is not null)
            {
                _newestOpen.Previous = hold;
            }

            _newestOpen = hold;
            _openCount++;
        }
    }

    private void Unlink(Hold hold)
    {
        lock (_openGate)
        {
            if (hold.Previous is not null)
            {
                hold.Previous.Next = hold.Next;
            }
            else
            {
                _newestOpen = hold.Next;
            }

            if (hold.Next is not null)
            {
                hold.Next.Previous = hold.Previous;
            }

            hold.Previous = null;
            hold.Next = null;
            _openCount--;
        }
    }
}
