namespace Patchbay.Storage.Journal;

/// <summary>How long to wait for company before a flush. Whoever settles alone never waits: it cannot come while its own
/// settlement is being flushed. Once several are under way, groups wait until there are as many as lately, at most a
/// millisecond: without that, each flush would serve the one or two that came during the one before.</summary>
internal sealed class Gathering
{
    /// <summary>The longest wait in milliseconds.</summary>
    public const int PatienceMs = 1;

    // So many groups of one are taken for a lull before company is given up.
    private const int Lull = 32;

    private int _company;

    /// <summary>How many make a flush worthwhile at once.</summary>
    public int Worthwhile { get; private set; } = 1;

    /// <summary>Whether a group of so many waits for more.</summary>
    public bool Waits(int count) => _company > 0 && count < Worthwhile;

    /// <summary>Notes a group.</summary>
    /// <param name="early">How many had come while the group before was being flushed.</param>
    /// <param name="count">How many it has.</param>
    public void Took(int early, int count)
    {
        _company = early > 0 || count > 1 ? Lull : Math.Max(0, _company - 1);
        Worthwhile = Math.Max(2, Math.Max(count, Worthwhile - (Worthwhile >> 3) - 1));
    }
}
