namespace Patchbay.Catalog;

/// <summary>Puts synced facts over stored ones.</summary>
internal static class SyncedLayer
{
    /// <summary>The data with the facts in force. A fact about what does not exist any more, that this release cannot read,
    /// or of which it knows better, is left out.</summary>
    public static CatalogData Over(CatalogData data, SyncedCatalog synced)
    {
        if (synced.Facts.Count == 0)
        {
            return data;
        }

        var facts = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var fact in synced.Facts)
        {
            if (data.Wrong.Contains(fact.Subject, fact.Fact, fact.Source))
            {
                continue;
            }

            if (!facts.TryGetValue(fact.Subject, out var known))
            {
                facts.Add(fact.Subject, known = new Dictionary<string, string>(StringComparer.Ordinal));
            }

            known[fact.Fact] = fact.New ?? "";
        }

        return data.Layered(Models(data.Models, facts), Endpoints(data.Endpoints, facts));
    }

    private static ModelRecord[] Models(ModelRecord[] models, Dictionary<string, Dictionary<string, string>> facts)
    {
        var result = new List<ModelRecord>(models.Length + 64);
        var seen = new HashSet<string>(models.Length, StringComparer.Ordinal);
        foreach (var model in models)
        {
            seen.Add(model.Slug);
            result.Add(facts.TryGetValue(model.Slug, out var learnt) ? Written(model, learnt) : model);
        }

        foreach (var (subject, learnt) in facts)
        {
            if (FactNames.TagOf(subject) is null && !seen.Contains(subject) && learnt.ContainsKey(FactNames.Name)
                && subject.IndexOf('/', StringComparison.Ordinal) > 0)
            {
                result.Add(Written(new ModelRecord { Slug = subject }, learnt));
            }
        }

        return [.. result];
    }

    private static ModelRecord Written(ModelRecord model, Dictionary<string, string> facts)
    {
        var copy = model.Copy();
        try
        {
            RecordFacts.Write(copy, facts);
            return copy;
        }
        catch (FormatException)
        {
            return model;
        }
    }

    private static EndpointRecord[] Endpoints(EndpointRecord[] endpoints, Dictionary<string, Dictionary<string, string>> facts)
    {
        var added = facts.Where(pair => FactNames.TagOf(pair.Key) is not null).ToDictionary(StringComparer.Ordinal);
        var kept = new List<EndpointRecord>(endpoints.Length + 64);
        foreach (var endpoint in endpoints)
        {
            if (!added.Remove(RecordFacts.SubjectOf(endpoint), out var learnt))
            {
                kept.Add(endpoint);
            }
            else if (Written(endpoint, learnt) is { } changed)
            {
                kept.Add(changed);
            }
        }

        foreach (var (subject, learnt) in added)
        {
            // A fact without prices is about an endpoint of another release.
            if (learnt.Keys.Any(FactNames.IsPrice) && Written(Blank(subject), learnt) is { } endpoint)
            {
                kept.Add(endpoint);
            }
        }

        // The sort is stable, so that endpoints of one model stand together, those of the data first.
        return [.. kept.OrderBy(endpoint => endpoint.Model, StringComparer.Ordinal)];
    }

    private static EndpointRecord Blank(string subject)
    {
        var provider = FactNames.ProviderOf(subject)!;
        var tag = FactNames.TagOf(subject)!;
        return new EndpointRecord
        {
            Model = FactNames.ModelOf(subject),
            Provider = provider,
            Id = FactNames.IdOf(subject),
            Tag = tag == provider ? null : tag,
        };
    }

    private static EndpointRecord? Written(EndpointRecord endpoint, Dictionary<string, string> facts)
    {
        if (facts.ContainsKey(FactNames.Gone))
        {
            return null;
        }

        var copy = endpoint.Copy();
        try
        {
            RecordFacts.Write(copy, facts);
            return copy;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return endpoint;
        }
    }
}
