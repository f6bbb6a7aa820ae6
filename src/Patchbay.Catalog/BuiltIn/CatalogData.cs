namespace Patchbay.Catalog;

/// <summary>Catalogue facts as they are stored, before keys and the operator's file are applied.</summary>
public sealed class CatalogData
{
    /// <summary>No facts: only what the operator's file adds.</summary>
    public static CatalogData Empty { get; } = new();

    /// <summary>Reads the facts that are built into this assembly.</summary>
    public static CatalogData LoadBuiltIn() => Empty;
}
