namespace Patchbay.Catalog;

/// <summary>Every override of one moment. Immutable.</summary>
/// <param name="Revision">Counts the changes; zero before the first.</param>
/// <param name="All">The overrides by subject.</param>
public sealed record CatalogOverrides(long Revision, IReadOnlyList<CatalogOverride> All)
{
    /// <summary>Nothing is overridden, and nothing ever was.</summary>
    public static CatalogOverrides None { get; } = new(0, []);

    /// <summary>What was decided of a model or an endpoint; null for nothing.</summary>
    public CatalogOverride? Find(string subject) => All.FirstOrDefault(one => one.Subject == subject);
}

/// <summary>One change of the overrides, as it stays on record.</summary>
/// <param name="Revision">The number of the change.</param>
/// <param name="Subject">The model or endpoint.</param>
/// <param name="Set">What was set; null when the override was removed.</param>
/// <param name="Author">Who did it.</param>
/// <param name="At">When.</param>
public sealed record CatalogOverrideChange(
    long Revision, string Subject, CatalogOverride? Set, string Author, DateTimeOffset At);
