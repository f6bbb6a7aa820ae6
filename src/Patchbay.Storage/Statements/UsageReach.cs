using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>How far roll-ups reach.</summary>
/// <param name="BatchId">Generations of batches up to this one are in them.</param>
/// <param name="HoursFrom">The unix millisecond from which on there are hours.</param>
internal readonly record struct UsageReach(long BatchId, long HoursFrom)
{
    /// <summary>Selects it.</summary>
    public const string Sql = "SELECT batch_id, hours_from FROM usage_roller WHERE id = 1";
}

/// <summary>A piece of the time of a query, and where it is read from.</summary>
/// <param name="Grain">1 for hours, 2 for days, 0 for generations.</param>
/// <param name="From">Its first unix millisecond.</param>
/// <param name="To">The first one behind it.</param>
internal readonly record struct UsageSpan(int Grain, long From, long To)
{
    private const long Hour = 3_600_000;
    private const long Day = 86_400_000;

    /// <summary>Cuts the time of a query into pieces without gap or overlap: whole days and hours from roll-ups, the rest from
    /// generations.</summary>
    public static List<UsageSpan> Cut(UsageQuery query, UsageReach reach)
    {
        var from = query.From.ToUnixTimeMilliseconds();
        var to = query.To.ToUnixTimeMilliseconds();
        var spans = new List<UsageSpan>();
        if (query.NeedsGenerations || reach.BatchId == 0)
        {
            Add(spans, 0, from, to);
            return spans;
        }

        var (firstDay, lastDay) = query.Grain == UsageGrain.Hour ? (to, to) : (Up(from, Day), to - (to % Day));
        if (firstDay >= lastDay)
        {
            CutHours(spans, from, to, reach.HoursFrom);
            return spans;
        }

        CutHours(spans, from, firstDay, reach.HoursFrom);
        Add(spans, 2, firstDay, lastDay);
        CutHours(spans, lastDay, to, reach.HoursFrom);
        return spans;
    }

    private static void CutHours(List<UsageSpan> spans, long from, long to, long hoursFrom)
    {
        var first = Math.Max(Up(from, Hour), Up(hoursFrom, Hour));
        var last = to - (to % Hour);
        if (first >= last)
        {
            Add(spans, 0, from, to);
            return;
        }

        Add(spans, 0, from, first);
        Add(spans, 1, first, last);
        Add(spans, 0, last, to);
    }

    private static void Add(List<UsageSpan> spans, int grain, long from, long to)
    {
        if (from < to)
        {
            spans.Add(new UsageSpan(grain, from, to));
        }
    }

    private static long Up(long moment, long unit) => (moment + unit - 1) / unit * unit;
}
