using Patchbay.CatalogImport;

namespace Patchbay.Catalog.Tests;

public sealed class DataImportTests
{
    [Theory]
    [InlineData("providers.json")]
    [InlineData("models.json")]
    [InlineData("endpoints.json")]
    [InlineData("benchmarks.json")]
    [InlineData("wrong_prices.json")]
    public void The_committed_data_is_what_the_import_makes_of_the_facts(string name)
    {
        var root = Root();
        var facts = Facts(root);
        Assert.SkipUnless(facts is not null, "The collected facts are not beside this working copy.");
        var data = Path.Combine(root.FullName, "src", "Patchbay.Catalog", "Data");
        var (_, text) = DataImport.Convert(facts!, data).Single(file => file.Name == name);
        Assert.Equal(File.ReadAllText(Path.Combine(data, name)), text);
    }

    private static string? Facts(DirectoryInfo root)
    {
        for (var above = root.Parent; above is not null; above = above.Parent)
        {
            var facts = Path.Combine(above.FullName, "shared", "catalog");
            if (Directory.Exists(facts))
            {
                return facts;
            }
        }

        return null;
    }

    private static DirectoryInfo Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Patchbay.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a working copy.");
        }

        return folder;
    }
}
