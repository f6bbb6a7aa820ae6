namespace Patchbay.Protocol;

/// <summary>The ladder of reasoning efforts, and how a wish becomes one that a model knows.</summary>
public static class ReasoningEfforts
{
    private static readonly string[] Ladder = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

    // What models know whose efforts are not listed: the three words that every such model has.
    private static readonly string[] Common = ["low", "medium", "high"];

    /// <summary>The known effort that is nearest to the one wanted; of two as near, the lower. Where nothing is known,
    /// <c>none</c> stays, for there is no other way to say it.</summary>
    /// <param name="wanted">A step of the ladder; anything else is given back.</param>
    /// <param name="known">The efforts that the model knows; null or empty when not known.</param>
    public static string Nearest(string wanted, IReadOnlyList<string>? known)
    {
        var isListed = known is { Count: > 0 };
        var rung = Array.IndexOf(Ladder, wanted);
        if (rung < 0 || (rung == 0 && !isListed))
        {
            return wanted;
        }

        var steps = isListed ? known! : Common;
        var best = wanted;
        var distance = int.MaxValue;
        for (var i = 0; i < steps.Count; i++)
        {
            var other = Array.IndexOf(Ladder, steps[i]);
            var apart = Math.Abs(other - rung);
            if (other >= 0 && (apart < distance || (apart == distance && other < Array.IndexOf(Ladder, best))))
            {
                (best, distance) = (Ladder[other], apart);
            }
        }

        return best;
    }

    /// <summary>The effort that a budget of tokens comes nearest to: its share of the longest answer, by the shares that
    /// efforts stand for (https://openrouter.ai/docs/use-cases/reasoning-tokens).</summary>
    /// <param name="budget">The most tokens to think with.</param>
    /// <param name="limit">The most tokens of the answer; null when there is no limit.</param>
    public static string OfBudget(long budget, long? limit)
    {
        if (budget <= 0)
        {
            return "none";
        }

        // Without a limit, the common length of long answers stands for it.
        var share = budget / (double)Math.Max(1, limit ?? 32_768);
        return share switch
        {
            < 0.15 => "minimal",
            < 0.35 => "low",
            < 0.65 => "medium",
            < 0.875 => "high",
            _ => "xhigh",
        };
    }
}
