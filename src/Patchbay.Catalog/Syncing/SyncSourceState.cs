namespace Patchbay.Catalog;

/// <summary>How the last questions to a list of models went.</summary>
public sealed record SyncSourceState
{
    /// <summary>The list: <c>models.dev</c>, <c>openrouter.ai</c>, or <c>provider:</c> and a provider's slug.</summary>
    public required string Name { get; init; }

    /// <summary>When it was last asked.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>When it last gave a list that was used, or said that its list is unchanged; null for never.</summary>
    public DateTimeOffset? GoodAt { get; init; }

    /// <summary>What was wrong when it was last asked; null for nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>The version of its list, as it named it.</summary>
    public string? ETag { get; init; }

    /// <summary>How many entries its last good list had.</summary>
    public int Entries { get; init; }

    /// <summary>How many of them the catalogue does not know and could not place: no model of that name is known, or its
    /// price is not.</summary>
    public int Unplaced { get; init; }
}
