using System.Diagnostics.CodeAnalysis;

namespace Patchbay.Catalog;

/// <summary>Facts as plain text, by subject and name. A subject is there as long as it has a fact.</summary>
internal sealed class FactTable
{
    private readonly Dictionary<string, SortedDictionary<string, string>> _subjects = new(StringComparer.Ordinal);

    public IEnumerable<string> Subjects => _subjects.Keys;

    public int Count => _subjects.Count;

    /// <summary>Every fact of the data.</summary>
    public static FactTable Of(CatalogData data)
    {
        var table = new FactTable();
        foreach (var model in data.Models)
        {
            RecordFacts.Read(model, (fact, value) => table.Set(model.Slug, fact, value));
        }

        foreach (var endpoint in data.Endpoints)
        {
            var subject = RecordFacts.SubjectOf(endpoint);
            RecordFacts.Read(endpoint, (fact, value) => table.Set(subject, fact, value));
        }

        return table;
    }

    public bool Contains(string subject) => _subjects.ContainsKey(subject);

    public string? Find(string subject, string fact) =>
        _subjects.TryGetValue(subject, out var facts) && facts.TryGetValue(fact, out var value) ? value : null;

    public bool TryGetFacts(string subject, [MaybeNullWhen(false)] out IReadOnlyDictionary<string, string> facts)
    {
        facts = _subjects.GetValueOrDefault(subject);
        return facts is not null;
    }

    public void Set(string subject, string fact, string value)
    {
        if (!_subjects.TryGetValue(subject, out var facts))
        {
            facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
            _subjects.Add(subject, facts);
        }

        facts[fact] = value;
    }

    public void Remove(string subject) => _subjects.Remove(subject);

    public void Remove(string subject, string fact)
    {
        if (_subjects.TryGetValue(subject, out var facts) && facts.Remove(fact) && facts.Count == 0)
        {
            _subjects.Remove(subject);
        }
    }

    public FactTable Copy()
    {
        var copy = new FactTable();
        foreach (var (subject, facts) in _subjects)
        {
            copy._subjects.Add(subject, new SortedDictionary<string, string>(facts, StringComparer.Ordinal));
        }

        return copy;
    }

    /// <summary>What must happen to <paramref name="before"/> to make it <paramref name="after"/>, by subject and fact.
    /// </summary>
    public static IReadOnlyList<CatalogChange> Between(FactTable before, FactTable after)
    {
        var changes = new List<CatalogChange>();
        foreach (var subject in before.Subjects.Union(after.Subjects, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var old = before._subjects.GetValueOrDefault(subject);
            var now = after._subjects.GetValueOrDefault(subject);
            foreach (var fact in (old?.Keys ?? Enumerable.Empty<string>()).Union(now?.Keys ?? Enumerable.Empty<string>(), StringComparer.Ordinal)
                .Order(StringComparer.Ordinal))
            {
                var was = old?.GetValueOrDefault(fact);
                var becomes = now?.GetValueOrDefault(fact);
                if (was != becomes)
                {
                    var kind = was is null ? ChangeKind.Added : becomes is null ? ChangeKind.Removed : ChangeKind.Changed;
                    changes.Add(new CatalogChange(kind, subject, fact, was, becomes));
                }
            }
        }

        return changes;
    }

    /// <summary>Makes the changes.</summary>
    public void Apply(IEnumerable<CatalogChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.New is { } value)
            {
                Set(change.Subject, change.Fact, value);
            }
            else
            {
                Remove(change.Subject, change.Fact);
            }
        }
    }
}
