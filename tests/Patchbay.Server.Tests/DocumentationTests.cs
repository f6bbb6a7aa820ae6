namespace Patchbay.Server.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void The_configuration_page_lists_every_setting_with_its_default_and_variable()
    {
        var lines = File.ReadAllLines(Path.Combine(Root(), "docs", "operating", "configuration.md"));
        var defaults = new PatchbaySettings();

        Assert.All(SettingList.All, setting => Assert.Contains(lines, line =>
            line.StartsWith($"| `{setting.Path}` | `{setting.Show(defaults)}` |", StringComparison.Ordinal)));
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Patchbay.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
