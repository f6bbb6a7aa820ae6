namespace Patchbay.Catalog.Tests;

internal sealed class FixedCredentials(params (string Name, string Value)[] values) : ICredentialSource
{
    private readonly Dictionary<string, string> _values = values.ToDictionary(pair => pair.Name, pair => pair.Value);

    public string? Find(string name) => _values.GetValueOrDefault(name);
}

internal static class BuiltIn
{
    public static CatalogData Data { get; } = CatalogData.LoadBuiltIn();

    public static CatalogSnapshot Build(params (string Name, string Value)[] values) =>
        CatalogBuilder.Build(Data, null, new FixedCredentials(values), 1);

    /// <summary>With an operator's file, which must have no problems.</summary>
    public static CatalogSnapshot Build(string yaml, params (string Name, string Value)[] values)
    {
        var result = OperatorFile.Parse(yaml, "patchbay.yaml", new FixedCredentials(), new HashSet<string>());
        Assert.Empty(result.Problems);
        return CatalogBuilder.Build(Data, result.File, new FixedCredentials(values), 1);
    }
}
