using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Puts what lists say into a table of facts. Later lists win over earlier ones.</summary>
internal sealed class ListMerge
{
    private readonly FactTable _target;
    private readonly IReadOnlyDictionary<string, ProviderListing> _providers;
    private readonly IReadOnlySet<(string Subject, string Fact)> _held;
    private readonly WrongPrices _wrong;
    private readonly FactTable _gone;
    private readonly Dictionary<(string Provider, string Id), string> _goneIds = [];
    private readonly ModelIdentities _models;
    private readonly Dictionary<(string Provider, string Id), List<string>> _endpoints = [];
    private readonly Dictionary<string, ProviderHabits> _habits = new(StringComparer.Ordinal);
    private readonly HashSet<(string Model, string Provider)> _served = [];
    private readonly Dictionary<string, ListedModel> _newModels = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Subject, string Fact), string> _sources = [];

    /// <summary>Begins with what is known.</summary>
    /// <param name="before">The facts in force.</param>
    /// <param name="providers">The providers of the catalogue, by slug.</param>
    /// <param name="held">Facts that no list may change.</param>
    /// <param name="wrong">Prices that lists have wrong.</param>
    /// <param name="gone">Built-in endpoints that were gone; the first list that has one again brings it back.</param>
    public ListMerge(
        FactTable before,
        IReadOnlyDictionary<string, ProviderListing> providers,
        IReadOnlySet<(string Subject, string Fact)> held,
        WrongPrices wrong,
        FactTable gone)
    {
        _held = held;
        _wrong = wrong;
        _gone = gone;
        foreach (var subject in gone.Subjects)
        {
            _goneIds.TryAdd((FactNames.ProviderOf(subject)!, FactNames.IdOf(subject)), subject);
        }

        _target = before.Copy();
        _providers = providers;
        _models = new ModelIdentities(before);
        foreach (var subject in before.Subjects)
        {
            if (FactNames.ProviderOf(subject) is { } provider)
            {
                Index(subject, provider);
            }
        }
    }

    /// <summary>The facts after all that was read.</summary>
    public FactTable Target => _target;

    /// <summary>Who said a fact.</summary>
    public string SourceOf(CatalogChange change) => _sources.GetValueOrDefault((change.Subject, change.Fact))
        ?? _sources.GetValueOrDefault((change.Subject, "")) ?? "";

    /// <summary>The endpoints that a provider calls by this id.</summary>
    public IReadOnlyList<string> Find(string provider, string id) => _endpoints.GetValueOrDefault((provider, id)) ?? [];

    /// <summary>Takes over what the list says; returns how many of its entries found no place.</summary>
    public int Read(ListReading reading)
    {
        foreach (var model in reading.Models)
        {
            Read(model, reading.Source);
        }

        var unplaced = 0;
        foreach (var endpoint in reading.Endpoints)
        {
            if (_providers.ContainsKey(endpoint.Provider) && !Read(endpoint, reading.Source))
            {
                unplaced++;
            }
        }

        return unplaced;
    }

    /// <summary>An endpoint is gone.</summary>
    public void Remove(string subject, string source)
    {
        _target.Remove(subject);
        _sources[(subject, "")] = source;
    }

    private void Read(ListedModel model, string source)
    {
        if (_models.Find(model.Slug, model.Canonical) is not { } slug)
        {
            // Listed once somebody offers it.
            _newModels.TryAdd(model.Slug, model);
            return;
        }

        foreach (var fact in (string[])[FactNames.Context, FactNames.Parameters, FactNames.Expires])
        {
            Set(slug, fact, model.Facts.GetValueOrDefault(fact), source);
        }

        foreach (var fact in (string[])[FactNames.HuggingFace, FactNames.Cutoff, FactNames.Created])
        {
            if (_target.Find(slug, fact) is null)
            {
                Set(slug, fact, model.Facts.GetValueOrDefault(fact), source);
            }
        }
    }

    private bool Read(ListedEndpoint endpoint, string source)
    {
        var known = Find(endpoint.Provider, endpoint.Id);

        // Where one id is served in several regions, the list speaks of the one that names none.
        var subjects = known.Count == 1 ? known : [.. known.Where(subject => _target.Find(subject, FactNames.Region) is null)];
        if (known.Count == 0)
        {
            return TryRestore(endpoint, source) || TryAdd(endpoint, source) is not null;
        }

        foreach (var subject in subjects)
        {
            SetAll(subject, endpoint.Facts, source);
        }

        return true;
    }

    private bool TryRestore(ListedEndpoint endpoint, string source)
    {
        if (!_goneIds.Remove((endpoint.Provider, endpoint.Id), out var subject) || !_gone.TryGetFacts(subject, out var facts))
        {
            return false;
        }

        foreach (var (fact, value) in facts)
        {
            Set(subject, fact, value, source);
        }

        SetAll(subject, endpoint.Facts, source);
        Index(subject, endpoint.Provider);
        return true;
    }

    private string? TryAdd(ListedEndpoint endpoint, string source)
    {
        var provider = _providers[endpoint.Provider];
        var habits = _habits.GetValueOrDefault(endpoint.Provider);
        if (!endpoint.IsOrdinary || habits is { HasSeveralProtocols: true }
            || (!provider.HasCredential && (habits is null || provider.Category == "gateway"))
            || !endpoint.Facts.ContainsKey(FactNames.Prompt) || !endpoint.Facts.ContainsKey(FactNames.Completion))
        {
            return null;
        }

        var author = provider.Category == "first-party" ? habits?.Author : null;
        var model = _models.Find(endpoint.Id, null) ?? _models.ByWeights(endpoint.HuggingFace ?? endpoint.Id)
            ?? _models.BySnapshot(author, endpoint.Id) ?? AddModel(author, endpoint, source);
        if (model is null || !_served.Add((model, endpoint.Provider)))
        {
            // Another id of a model that the provider has already is a snapshot or an alias of the same.
            return null;
        }

        var subject = FactNames.Endpoint(endpoint.Provider, model, endpoint.Id);
        _target.Set(subject, FactNames.Status, "");
        _sources[(subject, "")] = source;
        if (habits?.Protocol is { } protocol)
        {
            Set(subject, FactNames.Protocol, protocol, source);
        }

        SetAll(subject, endpoint.Facts, source);
        Index(subject, endpoint.Provider);
        return model;
    }

    private string? AddModel(string? author, ListedEndpoint endpoint, string source)
    {
        var own = endpoint.Id.Contains('/', StringComparison.Ordinal) ? endpoint.Id : author is null ? null : $"{author}/{endpoint.Id}";
        if (own is null || !ModelIdentities.IsSlug(own))
        {
            return null;
        }

        var facts = _newModels.GetValueOrDefault(own)?.Facts ?? (author is null ? null : endpoint.Model);
        if (facts is null || !facts.ContainsKey(FactNames.Name))
        {
            return null;
        }

        foreach (var (fact, value) in facts)
        {
            Set(own, fact, value, source);
        }

        if (facts.GetValueOrDefault(FactNames.Output) == "embeddings")
        {
            Set(own, FactNames.Kind, "embedding", source);
        }

        _models.Add(own, facts);
        return own;
    }

    private void SetAll(string subject, IReadOnlyDictionary<string, string> facts, string source)
    {
        var model = FactNames.ModelOf(subject);
        foreach (var (fact, value) in facts)
        {
            // An endpoint states its context only where it is not the model's.
            if (fact != FactNames.Context || _target.Find(subject, fact) is not null || _target.Find(model, fact) != value)
            {
                Set(subject, fact, value, source);
            }
        }
    }

    private void Set(string subject, string fact, string? value, string source)
    {
        if (value is not null && !_held.Contains((subject, fact)) && !_wrong.Contains(subject, fact, source)
            && !IsSame(fact, _target.Find(subject, fact), value, subject))
        {
            _target.Set(subject, fact, value);
            _sources[(subject, fact)] = source;
        }
    }

    // The same tiers may be written with more or fewer parts.
    private bool IsSame(string fact, string? old, string value, string subject)
    {
        if (old is null || fact != FactNames.Tiers)
        {
            return old == value;
        }

        var list = PriceList.Free with
        {
            Prompt = UnitPrice.Parse(_target.Find(subject, FactNames.Prompt) ?? "0"),
            Completion = UnitPrice.Parse(_target.Find(subject, FactNames.Completion) ?? "0"),
        };
        return PriceFacts.ReadTiers(old, list).Select(Main).SequenceEqual(PriceFacts.ReadTiers(value, list).Select(Main));

        static (long, UnitPrice, UnitPrice) Main(PriceTier tier) => (tier.AbovePromptTokens, tier.Prices.Prompt, tier.Prices.Completion);
    }

    private void Index(string subject, string provider)
    {
        var key = (provider, FactNames.IdOf(subject));
        if (key.Item2.Length > 0)
        {
            if (!_endpoints.TryGetValue(key, out var subjects))
            {
                _endpoints.Add(key, subjects = []);
            }

            subjects.Add(subject);
        }

        _served.Add((FactNames.ModelOf(subject), provider));
        if (!_habits.TryGetValue(provider, out var habits))
        {
            _habits.Add(provider, habits = new ProviderHabits());
        }

        habits.Add(subject, _target.Find(subject, FactNames.Protocol));
    }
}
