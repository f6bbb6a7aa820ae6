namespace Patchbay.Catalog;

/// <summary>What happens to a fact.</summary>
public enum ChangeKind
{
    /// <summary>The fact was not known; of a model or endpoint that was not known either, or of one that was.</summary>
    Added,

    /// <summary>The fact has another value.</summary>
    Changed,

    /// <summary>The fact is no longer true; an endpoint that goes loses all its facts.</summary>
    Removed,
}

/// <summary>One difference between two states of the catalogue.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Subject">Whose fact it is: a model's slug, or <see cref="Endpoint.Id"/>.</param>
/// <param name="Fact">The fact's name: <c>price.prompt</c> (dollars per unit), <c>tiers</c>, <c>context</c>, <c>status</c>…
/// </param>
/// <param name="Old">The value before; null when there was none.</param>
/// <param name="New">The value after; null when there is none.</param>
/// <param name="Source">Who says so, such as <c>models.dev</c>; empty when nobody was asked.</param>
/// <param name="Date">The day on which it was said; null when nobody was asked.</param>
public sealed record CatalogChange(
    ChangeKind Kind, string Subject, string Fact, string? Old, string? New, string Source = "", DateOnly? Date = null)
{
    /// <summary>Whether the subject is an endpoint and not a model.</summary>
    public bool IsEndpoint => Subject.Contains('|', StringComparison.Ordinal);

    /// <summary>The slug of the model that it concerns.</summary>
    public string Model => FactNames.ModelOf(Subject);

    /// <summary>The slug of the provider that it concerns; null for a fact of a model.</summary>
    public string? Provider => FactNames.ProviderOf(Subject);

    /// <summary>Whether the fact is part of a price.</summary>
    public bool IsPrice => FactNames.IsPrice(Fact);
}
