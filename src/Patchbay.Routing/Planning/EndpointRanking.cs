namespace Patchbay.Routing;

/// <summary>Puts eligible endpoints in the order in which they are tried.</summary>
/// <remarks>
/// <para>Endpoints that cool down come after everything else, and before them those that are known to miss the preferred
/// throughput or latency, so that a fallback model that keeps it is used before them. Among the others, the models follow
/// each other in the request's order, unless the partition is off. Within a model: first the caller's own keys, then the
/// operator's, then the caller's for fallback; of each, first what <c>provider.order</c> names, in
/// its order; of these and of the rest, the keys of a provider in their order, and first endpoints of the service tier that the request asks for; each of these groups by
/// the sort that the request or the model's variant asks for, ties by price and tag.</para>
/// <para>With neither order nor sort, load is balanced: stable endpoints before those that failed recently, cheapest
/// first, and then one of the first group is drawn with weight 1/price² and moved to the front; an endpoint that returns
/// from an outage has a part of its weight at first. The others keep their order as fallbacks, so that a retry goes to the
/// cheapest one that works. Where the conversation was answered before, that endpoint goes first and nothing is drawn;
/// <c>provider.order</c> alone is stronger.</para>
/// <para>Where quality decides, the better tier comes first among the stable ones and among the others, and load is balanced
/// within the best.</para>
/// </remarks>
internal static class EndpointRanking
{
    // The weight of a free endpoint: a thousandth of a femto-dollar leaves every real price far behind.
    private const double Free = 0.001;

    /// <summary>Sorts by everything but chance.</summary>
    public static void Sort(Span<RankedEndpoint> ranked, ReadOnlySpan<ResolvedModel> models, bool partitioned)
    {
        // Insertion sort: the lists are short and arrive almost sorted, because the catalogue lists the cheapest first.
        for (var i = 1; i < ranked.Length; i++)
        {
            var moved = ranked[i];
            var place = i;
            while (place > 0 && IsBefore(moved, ranked[place - 1], models, partitioned))
            {
                ranked[place] = ranked[place - 1];
                place--;
            }

            ranked[place] = moved;
        }
    }

    /// <summary>Draws the first endpoint of a sorted group and moves it to the front.</summary>
    public static void Balance(Span<RankedEndpoint> group, Random random)
    {
        if (group[0].Sticky)
        {
            return;
        }

        var best = 1;
        while (best < group.Length
            && group[best].Standing == group[0].Standing
            && group[best].Quality == group[0].Quality
            && !group[best].InTier
            && !group[0].InTier)
        {
            best++;
        }

        if (best == 1)
        {
            return;
        }

        var total = 0.0;
        for (var i = 0; i < best; i++)
        {
            total += Weight(in group[i]);
        }

        var point = random.NextDouble() * total;
        var drawn = 0;
        while (drawn < best - 1 && (point -= Weight(in group[drawn])) >= 0)
        {
            drawn++;
        }

        var first = group[drawn];
        group[..drawn].CopyTo(group[1..]);
        group[0] = first;
    }

    /// <summary>Marks the attempts: where models follow each other, the first endpoint of each model that does not cool
    /// down has a place before second endpoints do; the remaining places go from first to last. Returns the number.</summary>
    public static int Keep(Span<RankedEndpoint> ranked, int limit, bool partitioned)
    {
        var kept = 0;
        for (var i = 0; partitioned && i < ranked.Length && kept < limit && !ranked[i].Cooling; i++)
        {
            if (IsFirstOfModel(ranked, i))
            {
                ranked[i].Kept = true;
                kept++;
            }
        }

        for (var i = 0; i < ranked.Length && kept < limit; i++)
        {
            if (!ranked[i].Kept)
            {
                ranked[i].Kept = true;
                kept++;
            }
        }

        return kept;
    }

    private static bool IsFirstOfModel(ReadOnlySpan<RankedEndpoint> ranked, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (ranked[i].Model == ranked[index].Model)
            {
                return false;
            }
        }

        return true;
    }

    private static double Weight(in RankedEndpoint entry)
    {
        var value = entry.Price == 0 ? Free : entry.Price;
        return (1 - entry.Withheld) / (value * value);
    }

    private static bool IsBefore(
        in RankedEndpoint left, in RankedEndpoint right, ReadOnlySpan<ResolvedModel> models, bool partitioned)
    {
        if (left.Cooling != right.Cooling)
        {
            return right.Cooling;
        }

        if (left.Slow != right.Slow)
        {
            return right.Slow;
        }

        if (partitioned && left.Model != right.Model)
        {
            return left.Model < right.Model;
        }

        if (left.Place != right.Place)
        {
            return left.Place < right.Place;
        }

        if (left.OrderIndex != right.OrderIndex)
        {
            return left.OrderIndex < right.OrderIndex;
        }

        if (left.KeyRank != right.KeyRank)
        {
            return left.KeyRank < right.KeyRank;
        }

        if (left.InTier != right.InTier)
        {
            return left.InTier;
        }

        if (left.Sticky != right.Sticky)
        {
            return left.Sticky;
        }

        if (left.Standing != right.Standing)
        {
            return left.Standing < right.Standing;
        }

        if (left.Quality != right.Quality)
        {
            return left.Quality < right.Quality;
        }

        if (left.Metric != right.Metric)
        {
            return left.Metric < right.Metric;
        }

        if (left.Price != right.Price)
        {
            return left.Price < right.Price;
        }

        if (left.Model != right.Model)
        {
            return left.Model < right.Model;
        }

        var byTag = string.CompareOrdinal(left.Of(models).Tag, right.Of(models).Tag);
        return byTag != 0 ? byTag < 0 : left.Endpoint < right.Endpoint;
    }
}
