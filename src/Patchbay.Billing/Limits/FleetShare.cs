namespace Patchbay.Billing;

/// <summary>The part of a limit that one server keeps to by itself, where servers cannot ask each other: all shares together
/// are the limit, except that everybody may have one. Thread-safe.</summary>
public sealed class FleetShare
{
    private Place _place = new(1, 0);

    /// <summary>How many servers are known to live, this one included.</summary>
    public int Servers => Volatile.Read(ref _place).Servers;

    /// <summary>Whether this one does what one server does for all. While servers come and go, two may or none.</summary>
    public bool IsFirst => Volatile.Read(ref _place).Before == 0;

    /// <summary>Takes note of the servers that live.</summary>
    /// <param name="servers">How many; one or more.</param>
    /// <param name="before">How many of them come before this one in an order that all know.</param>
    public void Learn(int servers, int before)
    {
        var place = new Place(Math.Max(1, servers), Math.Max(0, before));
        if (place != Volatile.Read(ref _place))
        {
            Volatile.Write(ref _place, place);
        }
    }

    /// <summary>This server's share of a limit: the same for all, and one more for the first ones where something is left over.
    /// </summary>
    public long Of(long limit)
    {
        var (servers, before) = Volatile.Read(ref _place);
        return Math.Max(Math.Min(limit, 1), (limit / servers) + (before < limit % servers ? 1 : 0));
    }

    private sealed record Place(int Servers, int Before);
}
