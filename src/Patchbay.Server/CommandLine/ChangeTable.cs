using System.Globalization;
using System.Text;
using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Shows people what a sync found: one block a model, one line a change.</summary>
internal static class ChangeTable
{
    private const int MostModels = 200;

    /// <summary>The lists that were asked.</summary>
    public static string Sources(IReadOnlyList<SyncSourceState> sources)
    {
        if (sources.Count == 0)
        {
            return "No list was asked yet.\n";
        }

        var width = sources.Max(source => source.Name.Length);
        var text = new StringBuilder("Lists\n");
        foreach (var source in sources)
        {
            text.Append("  ").Append(source.Name.PadRight(width)).Append("  ");
            if (source.Problem is { } problem)
            {
                text.Append("FAILED: ").Append(problem).Append(source.GoodAt is { } good
                    ? string.Create(CultureInfo.InvariantCulture, $" Its facts of {good.UtcDateTime:yyyy-MM-dd HH:mm} UTC stay in force.") : "");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"{source.Entries} entries");
                text.Append(source.Unplaced == 0 ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"; {source.Unplaced} not taken (no price, or no model of that name is known)"));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Changes that take effect.</summary>
    public static string Changes(string title, IReadOnlyList<CatalogChange> changes, OperatorFile file)
    {
        if (changes.Count == 0)
        {
            return $"{title}: no change.\n";
        }

        var models = changes.GroupBy(change => change.Model, StringComparer.Ordinal).ToArray();
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{title} ({models.Length} model(s))\n");
        foreach (var model in models.Take(MostModels))
        {
            text.Append("  ").Append(model.Key).Append('\n');
            foreach (var subject in model.GroupBy(change => change.Subject, StringComparer.Ordinal))
            {
                Append(text, subject.Key, [.. subject], file);
            }
        }

        return text.Append(models.Length <= MostModels ? ""
            : string.Create(CultureInfo.InvariantCulture, $"  … and {models.Length - MostModels} more models; --json shows all\n")).ToString();
    }

    /// <summary>Changes that wait, and what to do about them.</summary>
    public static string Waiting(IReadOnlyList<CatalogChange> changes, OperatorFile file)
    {
        if (changes.Count == 0)
        {
            return "";
        }

        return Changes("Waiting for confirmation; the old price stays in force", changes, file)
            + $"Accept with: patchbay catalog sync --accept {changes[0].Model}   (or --accept-all)\n";
    }

    /// <summary>A price in words: dollars per million tokens, or per unit of another kind.</summary>
    public static string Price(string fact, string? dollars)
    {
        if (dollars is null || !decimal.TryParse(dollars, NumberStyles.Float, CultureInfo.InvariantCulture, out var price))
        {
            return dollars ?? "unknown";
        }

        return IsPerToken(fact) ? "$" + (price * 1_000_000m).ToString("0.00#######", CultureInfo.InvariantCulture)
            : "$" + price.ToString("0.00###########", CultureInfo.InvariantCulture);
    }

    private static void Append(StringBuilder text, string subject, CatalogChange[] changes, OperatorFile file)
    {
        var first = changes[0];
        var who = first.IsEndpoint ? subject[..subject.IndexOf('|', StringComparison.Ordinal)] : "model";
        var own = first.IsEndpoint && file.Prices(first.Model, first.Provider!) ? "  (patchbay.yaml wins)" : "";
        if (changes.All(change => change.New is null) || Array.Exists(changes, change => change.Fact == "gone"))
        {
            Line(text, who, "gone", "", first, own);
        }
        else if (Array.Exists(changes, change => change.Kind == ChangeKind.Added && change.Fact is "price.prompt" or "name")
            && Array.TrueForAll(changes, change => change.Kind == ChangeKind.Added))
        {
            var prompt = Array.Find(changes, change => change.Fact == "price.prompt")?.New;
            var completion = Array.Find(changes, change => change.Fact == "price.completion")?.New;
            Line(text, who, "new", !first.IsEndpoint ? ""
                : $"{Price("price.prompt", prompt)} in, {Price("price.completion", completion)} out, per million tokens", first, own);
        }
        else
        {
            foreach (var change in changes)
            {
                Line(text, who, Name(change.Fact), Values(change), change, own);
            }
        }
    }

    private static void Line(StringBuilder text, string who, string what, string values, CatalogChange change, string own) =>
        text.Append("    ").Append(who.PadRight(18)).Append(' ').Append(what.PadRight(16)).Append(' ').Append(values)
            .Append("  [").Append(change.Source)
            .Append(change.Date is { } day ? string.Create(CultureInfo.InvariantCulture, $" {day:yyyy-MM-dd}") : "").Append(']').Append(own).Append('\n');

    private static string Name(string fact) => fact switch
    {
        "context" => "context length",
        "max_output" => "longest answer",
        "expires" or "ends" => "ends on",
        "tiers" => "long-prompt price",
        _ => (fact.StartsWith("price.", StringComparison.Ordinal) ? fact["price.".Length..] : fact).Replace('_', ' '),
    };

    private static string Values(CatalogChange change)
    {
        if (change.IsPrice && change.Fact != "tiers")
        {
            return $"{(change.Old is null ? "" : Price(change.Fact, change.Old) + " → ")}{Price(change.Fact, change.New)}"
                + (IsPerToken(change.Fact) ? " per million tokens" : "");
        }

        if (change.Fact == "tiers")
        {
            return (change.Old is null ? "" : Tiers(change.Old) + " → ") + Tiers(change.New!);
        }

        if (change.Fact == "parameters" && change.Old is not null)
        {
            var old = change.Old.Split(' ');
            var now = change.New!.Split(' ');
            return string.Join(' ', now.Except(old).Select(name => "+" + name).Concat(old.Except(now).Select(name => "-" + name)));
        }

        return change.Old is null or "" ? change.New ?? "" : $"{change.Old} → {(change.New is null or "" ? "none" : change.New)}";
    }

    // 200000:prompt=0.00001,completion=0.00004 becomes: above 200000 tokens $10.00 in, $40.00 out
    private static string Tiers(string text) => string.Join("; ", text.Split(';').Select(tier =>
    {
        var parts = tier.Split(':', ',');
        return $"above {parts[0]} tokens " + string.Join(", ", parts.Skip(1).Select(part => part.Split('='))
            .Where(pair => pair[0] is "prompt" or "completion")
            .Select(pair => Price("price.prompt", pair[1]) + (pair[0] == "prompt" ? " in" : " out")));
    }));

    private static bool IsPerToken(string fact) =>
        fact is not ("price.request" or "price.web_search" or "price.image_input" or "price.image_output");
}
