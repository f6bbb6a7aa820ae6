using System.Globalization;
using System.Text;
using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>A day and a model on both sides; null on the side where it is missing.</summary>
internal sealed record ComparedRow(DateOnly Date, string Model, InvoiceRow? Theirs, InvoiceRow? Ours);

/// <summary>An invoice beside the books.</summary>
/// <param name="Rows">By day, then model.</param>
internal sealed record InvoiceComparison(IReadOnlyList<ComparedRow> Rows)
{
    /// <summary>Pairs rows by day and model. Models go by the provider's own ids; an invoice may also use display names, slugs, and
    /// ids without their date.</summary>
    public static InvoiceComparison Of(IReadOnlyList<InvoiceRow> theirs, IReadOnlyList<InvoiceRow> ours, IReadOnlyList<Model> models)
    {
        var names = NamesOf(models);
        var left = Group(theirs, names);
        var right = Group(ours, names);
        return new InvoiceComparison(
        [
            .. left.Keys.Union(right.Keys).OrderBy(key => key.Item1).ThenBy(key => key.Item2, StringComparer.Ordinal)
                .Select(key => new ComparedRow(key.Item1, key.Item2, left.GetValueOrDefault(key), right.GetValueOrDefault(key))),
        ]);
    }

    /// <summary>Whether a row differs by more than so many percent in something that both sides tell.</summary>
    public static bool Differs(ComparedRow row, decimal tolerance)
    {
        if (row.Theirs is not { } theirs || row.Ours is not { } ours)
        {
            // Nothing on one side equals zeros on the other.
            var present = row.Theirs ?? row.Ours!;
            return present is not { Requests: null or 0, Prompt: null or 0, Completion: null or 0, Cost: null or 0 };
        }

        return Apart(theirs.Requests, ours.Requests, tolerance) || Apart(theirs.Prompt, ours.Prompt, tolerance)
            || Apart(theirs.Completion, ours.Completion, tolerance) || Apart(theirs.Cost, ours.Cost, tolerance);
    }

    /// <summary>The table, its totals, and how many rows differ.</summary>
    public (string Text, int Differences) Write(decimal tolerance)
    {
        var lines = new List<string[]> { (string[])["day", "model", "requests", "prompt", "completion", "cost USD", "result"] };
        var differences = 0;
        foreach (var row in Rows)
        {
            var differs = Differs(row, tolerance);
            differences += differs ? 1 : 0;
            lines.Add(
            [
                row.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), row.Model,
                Pair(row.Theirs?.Requests, row.Ours?.Requests), Pair(row.Theirs?.Prompt, row.Ours?.Prompt),
                Pair(row.Theirs?.Completion, row.Ours?.Completion), Pair(row.Theirs?.Cost, row.Ours?.Cost),
                Verdict(row, differs),
            ]);
        }

        var theirs = Total(Rows.Select(row => row.Theirs));
        var ours = Total(Rows.Select(row => row.Ours));
        lines.Add(
        [
            "total", "", Pair(theirs?.Requests, ours?.Requests), Pair(theirs?.Prompt, ours?.Prompt),
            Pair(theirs?.Completion, ours?.Completion), Pair(theirs?.Cost, ours?.Cost),
            theirs?.Cost is { } charged && ours?.Cost is { } booked ? "by " + Signed(charged - booked) : "",
        ]);
        return (Layout(lines), differences);
    }

    private static string Verdict(ComparedRow row, bool differs) => (row.Theirs, row.Ours) switch
    {
        (null, _) => differs ? "only in the books" : "ok",
        (_, null) => differs ? "only in the invoice" : "ok",
        _ when !differs => "ok",
        ({ Cost: { } theirs }, { Cost: { } ours }) when theirs != ours => $"{(theirs > ours ? "over" : "under")} by {Signed(theirs - ours)}",
        _ => "counts differ",
    };

    private static string Layout(List<string[]> lines)
    {
        var widths = Enumerable.Range(0, lines[0].Length).Select(i => lines.Max(line => line[i].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.AppendLine(string.Join("  ", line.Select((field, i) => i is > 1 and < 6 ? field.PadLeft(widths[i]) : field.PadRight(widths[i]))).TrimEnd());
        }

        return text.ToString();
    }

    private static InvoiceRow? Total(IEnumerable<InvoiceRow?> rows) =>
        rows.OfType<InvoiceRow>().Aggregate((InvoiceRow?)null, (sum, row) => sum is null ? row : sum.Plus(row));

    private static string Pair<T>(T? theirs, T? ours)
        where T : struct, IFormattable =>
        Show(theirs) is var left && Show(ours) is var right && left == right ? left : $"{left} / {right}";

    private static string Show<T>(T? value)
        where T : struct, IFormattable => value?.ToString("0.#########", CultureInfo.InvariantCulture) ?? "-";

    private static string Signed(decimal amount) => amount.ToString("+0.00#######;-0.00#######;0", CultureInfo.InvariantCulture);

    // Nine decimals are all that the books have.
    private static bool Apart(decimal? theirs, decimal? ours, decimal tolerance) =>
        theirs is { } left && ours is { } right
        && Math.Abs(left - right) > Math.Max(Math.Max(Math.Abs(left), Math.Abs(right)) * tolerance / 100, 0.000000001m);

    private static Dictionary<(DateOnly, string), InvoiceRow> Group(IReadOnlyList<InvoiceRow> rows, Dictionary<string, string> names)
    {
        var groups = new Dictionary<(DateOnly, string), InvoiceRow>();
        foreach (var row in rows)
        {
            var key = (row.Date, NameOf(row.Model, names));
            groups[key] = groups.TryGetValue(key, out var before) ? before.Plus(row) : row;
        }

        return groups;
    }

    private static string NameOf(string name, Dictionary<string, string> names)
    {
        var normal = Normal(name);
        return names.GetValueOrDefault(normal) ?? names.GetValueOrDefault(WithoutDate(normal)) ?? WithoutDate(name);
    }

    // Slugs, display names and the provider's own ids lead to the slug without a date: who asks for gpt-4o is billed for
    // gpt-4o-2024-08-06. Where two models share a name it leads nowhere.
    private static Dictionary<string, string> NamesOf(IReadOnlyList<Model> models)
    {
        var names = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var model in models)
        {
            var slug = WithoutDate(model.Slug);
            var own = new HashSet<string>(StringComparer.Ordinal);
            foreach (var name in model.Endpoints.Select(endpoint => endpoint.UpstreamModel)
                .Append(model.Slug).Append(model.CanonicalSlug).Append(model.Name))
            {
                var normal = Normal(name);
                own.Add(normal);
                own.Add(WithoutDate(normal));
                own.Add(normal[(normal.IndexOf('/', StringComparison.Ordinal) + 1)..]);
                own.Add(normal[(normal.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim('-'));
            }

            foreach (var name in own.Where(name => name.Length > 0))
            {
                names[name] = !names.TryGetValue(name, out var other) || other == slug ? slug : null;
            }
        }

        return names.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
    }

    private static string Normal(string name) => name.Trim().ToLowerInvariant().Replace(' ', '-').Replace('.', '-');

    // claude-sonnet-4-20250514 and gpt-4o-2024-08-06 are claude-sonnet-4 and gpt-4o of a day.
    private static string WithoutDate(string name)
    {
        if (name.Length > 9 && name[^9] == '-' && name[^8..].All(char.IsAsciiDigit))
        {
            return name[..^9];
        }

        return name.Length > 11 && name[^11] == '-' && DateOnly.TryParseExact(
            name[^10..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? name[..^11] : name;
    }
}
