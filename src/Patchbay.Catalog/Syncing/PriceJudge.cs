using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Decides which changes of prices somebody has to confirm: those of more than three times in either direction, and
/// those to or from zero.</summary>
internal static class PriceJudge
{
    private const int Most = 3;

    /// <summary>Whether any of an endpoint's changes has to wait; then all its price changes do, so that a price list is
    /// never half old and half new.</summary>
    /// <param name="changes">The price changes of one endpoint.</param>
    /// <param name="before">The facts in force.</param>
    /// <param name="writesText">Whether the model answers in tokens that are charged.</param>
    public static bool MustWait(IEnumerable<CatalogChange> changes, FactTable before, bool writesText)
    {
        foreach (var change in changes)
        {
            if (change.New is null || (change.Fact == FactNames.Tiers
                ? IsGreat(change.Old, change.New, Base(change, before))
                : IsGreat(change, before, writesText)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one price is more than three times the other, or one of them is zero.</summary>
    public static bool IsGreat(UnitPrice old, UnitPrice now) =>
        old != now && (old.Femtos == 0 || now.Femtos == 0
            || (Int128)old.Femtos > (Int128)now.Femtos * Most || (Int128)now.Femtos > (Int128)old.Femtos * Most);

    private static bool IsGreat(CatalogChange change, FactTable before, bool writesText)
    {
        var now = UnitPrice.Parse(change.New);
        if (change.Old is { } old)
        {
            return IsGreat(UnitPrice.Parse(old), now);
        }

        if (change.Fact is FactNames.Prompt or FactNames.Completion)
        {
            // What writes no text has no price of output; that is no gift.
            return now.Femtos == 0 && (writesText || change.Fact == FactNames.Prompt);
        }

        // A part that had no price of its own was charged as its main part, and may well be much cheaper.
        return now.Femtos == 0 || (Fallback(change, before) is { Femtos: > 0 } main && now.Femtos > main.Femtos * (Int128)Most);
    }

    private static bool IsGreat(string? old, string now, PriceList list)
    {
        var was = old is null ? [] : PriceFacts.ReadTiers(old, list);
        foreach (var tier in PriceFacts.ReadTiers(now, list))
        {
            var before = Array.Find(was, other => other.AbovePromptTokens == tier.AbovePromptTokens)?.Prices ?? list;
            if (IsGreat(before.Prompt, tier.Prices.Prompt) || IsGreat(before.Completion, tier.Prices.Completion))
            {
                return true;
            }
        }

        return false;
    }

    private static PriceList Base(CatalogChange change, FactTable before) => PriceList.Free with
    {
        Prompt = Price(before, change.Subject, FactNames.Prompt) ?? default,
        Completion = Price(before, change.Subject, FactNames.Completion) ?? default,
    };

    private static UnitPrice? Fallback(CatalogChange change, FactTable before) => change.Fact[FactNames.PricePrefix.Length..] switch
    {
        "reasoning" or "audio_output" => Price(before, change.Subject, FactNames.Completion),
        "cache_read" or "cache_write" or "cache_write_1h" => Price(before, change.Subject, FactNames.Prompt),
        _ => null,
    };

    private static UnitPrice? Price(FactTable facts, string subject, string fact) =>
        facts.Find(subject, fact) is { } text ? UnitPrice.Parse(text) : null;
}
