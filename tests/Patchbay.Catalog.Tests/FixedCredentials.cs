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
}
