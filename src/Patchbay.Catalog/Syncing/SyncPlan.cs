namespace Patchbay.Catalog;

/// <summary>What a list answered.</summary>
/// <param name="Name">The list.</param>
/// <param name="Reading">What it says; null when it says what it said before, or when it could not be read.</param>
/// <param name="ETag">Its version.</param>
/// <param name="Problem">Why it could not be read; null when it could.</param>
public sealed record SyncAnswer(string Name, ListReading? Reading, string? ETag, string? Problem);

/// <summary>What a sync does: which facts take effect, which prices wait, and what is stored. Pure.</summary>
public sealed class SyncPlan
{
    private const int FewestToCompare = 10;

    private SyncPlan(SyncedCatalog next, IReadOnlyList<CatalogChange> applied)
    {
        Next = next;
        Applied = applied;
    }

    /// <summary>What is to be stored.</summary>
    public SyncedCatalog Next { get; }

    /// <summary>The changes that take effect.</summary>
    public IReadOnlyList<CatalogChange> Applied { get; }

    /// <summary>The price changes that wait for somebody to confirm them, those of earlier syncs too.</summary>
    public IReadOnlyList<CatalogChange> Waiting => Next.Waiting;

    /// <summary>The lists that gave nothing that could be used.</summary>
    public IEnumerable<SyncSourceState> Failed => Next.Sources.Where(source => source.Problem is not null);

    /// <summary>Makes the plan.</summary>
    /// <param name="builtIn">The built-in facts.</param>
    /// <param name="current">What is stored now.</param>
    /// <param name="answers">What the lists say, the one that wins last.</param>
    /// <param name="providers">The providers of the catalogue.</param>
    /// <param name="now">The time.</param>
    public static SyncPlan Make(
        CatalogData builtIn,
        SyncedCatalog current,
        IReadOnlyList<SyncAnswer> answers,
        IReadOnlyList<ProviderListing> providers,
        DateTimeOffset now)
    {
        var before = FactTable.Of(builtIn.With(current));
        var merge = new ListMerge(
            before,
            providers.ToDictionary(provider => provider.Slug, StringComparer.Ordinal),
            SaidByProviders(current, answers),
            builtIn.Wrong,
            Gone(builtIn, current));
        var listed = new Dictionary<string, IReadOnlySet<string>>(current.Listed, StringComparer.Ordinal);
        var sources = current.Sources.ToDictionary(source => source.Name, StringComparer.Ordinal);
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var answer in answers)
        {
            var last = sources.GetValueOrDefault(answer.Name);
            var problem = answer.Problem ?? (answer.Reading is null ? null : Absurd(answer.Reading, last, merge));
            var state = (last ?? new SyncSourceState { Name = answer.Name, AskedAt = now }) with { AskedAt = now, Problem = problem };
            if (problem is null)
            {
                state = state with { GoodAt = now, ETag = answer.ETag };
            }

            if (problem is null && answer.Reading is { } reading)
            {
                read.Add(answer.Name);
                state = state with { Entries = reading.Entries, Unplaced = merge.Read(reading) };
                listed[answer.Name] = reading.Endpoints.Select(Item).ToHashSet(StringComparer.Ordinal);
            }

            sources[answer.Name] = state;
        }

        RemoveGone(current, answers, read, listed, merge);
        var (applied, waiting) = Judge(before, merge, Rejected(current), now);

        // What earlier syncs left waiting, unless its source has spoken again.
        var waits = waiting.Select(change => (change.Subject, change.Fact)).ToHashSet();
        var left = current.Waiting.Where(change => !read.Contains(change.Source) && !waits.Contains((change.Subject, change.Fact))
            && before.Find(change.Subject, change.Fact) != change.New);
        var next = new SyncedCatalog
        {
            BuiltIn = CatalogData.BuiltInVersion(),
            Sources = [.. sources.Values.OrderBy(source => source.Name, StringComparer.Ordinal)],
            Listed = listed,
            Decisions = current.Decisions,
        };
        return new SyncPlan(next.With(Layer(current, applied), Sorted(waiting.Concat(left)), now), Sorted(applied));
    }

    private static CatalogChange[] Sorted(IEnumerable<CatalogChange> changes) =>
        [.. changes.OrderBy(change => change.Model, StringComparer.Ordinal).ThenBy(change => change.Subject, StringComparer.Ordinal)
            .ThenBy(change => change.Fact, StringComparer.Ordinal)];

    /// <summary>What providers said of themselves stays, if they are silent today; no other list knows better.</summary>
    private static HashSet<(string Subject, string Fact)> SaidByProviders(
        SyncedCatalog current, IReadOnlyList<SyncAnswer> answers)
    {
        var silent = answers.Where(answer => answer.Reading is null && ListReading.IsOfProvider(answer.Name))
            .Select(answer => answer.Name).ToHashSet(StringComparer.Ordinal);
        return [.. current.Facts.Where(fact => silent.Contains(fact.Source)).Select(fact => (fact.Subject, fact.Fact))];
    }

    private static FactTable Gone(CatalogData builtIn, SyncedCatalog current)
    {
        var gone = new FactTable();
        var subjects = current.Facts.Where(fact => fact.Fact == FactNames.Gone).Select(fact => fact.Subject).ToArray();
        var all = subjects.Length == 0 ? gone : FactTable.Of(builtIn);
        foreach (var subject in subjects)
        {
            foreach (var (fact, value) in all.TryGetFacts(subject, out var facts) ? facts : new Dictionary<string, string>())
            {
                gone.Set(subject, fact, value);
            }
        }

        return gone;
    }

    private static string Item(ListedEndpoint endpoint) => endpoint.Provider + " " + endpoint.Id;

    /// <summary>Why a list must not be used, although it could be read.</summary>
    private static string? Absurd(ListReading reading, SyncSourceState? last, ListMerge merge)
    {
        if (reading.Entries == 0)
        {
            return "the list is empty.";
        }

        if (reading.Bad * 5 > reading.Entries)
        {
            return $"{reading.Bad} of {reading.Entries} entries make no sense: negative or impossible prices, or no id.";
        }

        if (last is not null && reading.Entries * 2 < last.Entries)
        {
            return $"the list has shrunk from {last.Entries} to {reading.Entries} entries.";
        }

        var (compared, great) = Compare(reading, merge);
        return compared >= FewestToCompare && great * 2 > compared
            ? $"{great} of {compared} prices differ more than threefold from what is known; is the unit another one?"
            : null;
    }

    private static (int Compared, int Great) Compare(ListReading reading, ListMerge merge)
    {
        var compared = 0;
        var great = 0;
        foreach (var endpoint in reading.Endpoints)
        {
            foreach (var subject in merge.Find(endpoint.Provider, endpoint.Id))
            {
                if (merge.Target.Find(subject, FactNames.Prompt) is { } old && old != "0"
                    && endpoint.Facts.GetValueOrDefault(FactNames.Prompt) is { } now && now != "0")
                {
                    compared++;
                    great += PriceJudge.IsGreat(Core.UnitPrice.Parse(old), Core.UnitPrice.Parse(now)) ? 1 : 0;
                }
            }
        }

        return (compared, great);
    }

    /// <summary>Removes endpoints that a list had and no longer has, if no other list has them.</summary>
    private static void RemoveGone(
        SyncedCatalog current,
        IReadOnlyList<SyncAnswer> answers,
        HashSet<string> read,
        Dictionary<string, IReadOnlySet<string>> listed,
        ListMerge merge)
    {
        foreach (var answer in answers)
        {
            if (!read.Contains(answer.Name) || !answer.Reading!.IsWhole || !current.Listed.TryGetValue(answer.Name, out var had))
            {
                continue;
            }

            foreach (var item in had)
            {
                if (answers.Any(other => listed.TryGetValue(other.Name, out var items) && items.Contains(item)))
                {
                    continue;
                }

                var space = item.IndexOf(' ', StringComparison.Ordinal);
                foreach (var subject in merge.Find(item[..space], item[(space + 1)..]))
                {
                    merge.Remove(subject, answer.Name);
                }
            }
        }
    }

    private static HashSet<(string Subject, string Fact, string? Value)> Rejected(SyncedCatalog current) =>
        [.. current.Decisions.Where(decision => !decision.Accepted)
            .Select(decision => (decision.Change.Subject, decision.Change.Fact, decision.Change.New))];

    private static (List<CatalogChange> Applied, List<CatalogChange> Waiting) Judge(
        FactTable before, ListMerge merge, HashSet<(string Subject, string Fact, string? Value)> rejected, DateTimeOffset now)
    {
        var applied = new List<CatalogChange>();
        var waiting = new List<CatalogChange>();
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        var changes = FactTable.Between(before, merge.Target)
            .Select(change => change with { Source = merge.SourceOf(change), Date = day });
        foreach (var group in changes.GroupBy(change => change.Subject, StringComparer.Ordinal))
        {
            // What is gone, goes with its prices.
            var prices = merge.Target.Contains(group.Key) ? group.Where(change => change.IsPrice).ToArray() : [];
            var output = merge.Target.Find(FactNames.ModelOf(group.Key), FactNames.Output) ?? "text";
            var waits = PriceJudge.MustWait(prices, before, output.Split(' ').Contains("text"));
            var isNew = !before.Contains(group.Key);

            // Somebody has said no to exactly these prices.
            var isRejected = prices.Length > 0
                && Array.TrueForAll(prices, change => rejected.Contains((change.Subject, change.Fact, change.New)));
            foreach (var change in group)
            {
                if (isRejected && (isNew || change.IsPrice))
                {
                    continue;
                }

                (waits && (isNew || change.IsPrice) ? waiting : applied).Add(change);
            }
        }

        return (applied, waiting);
    }

    private static Dictionary<(string Subject, string Fact), CatalogChange>.ValueCollection Layer(SyncedCatalog current, List<CatalogChange> applied)
    {
        var facts = current.Facts.ToDictionary(fact => (fact.Subject, fact.Fact));
        foreach (var group in applied.GroupBy(change => change.Subject, StringComparer.Ordinal))
        {
            if (group.All(change => change.New is null))
            {
                foreach (var key in facts.Keys.Where(key => key.Subject == group.Key).ToArray())
                {
                    facts.Remove(key);
                }

                var first = group.First();
                facts[(group.Key, FactNames.Gone)] = first with { Kind = ChangeKind.Added, Fact = FactNames.Gone, Old = null, New = "true" };
                continue;
            }

            // What was gone may be back.
            facts.Remove((group.Key, FactNames.Gone));
            foreach (var change in group)
            {
                facts[(change.Subject, change.Fact)] = change with { Kind = ChangeKind.Added, Old = null };
            }
        }

        return facts.Values;
    }
}
