namespace Patchbay.Protocol.Tests;

/// <summary>Recorded answers of real providers, which lie beside the project and are not part of it.</summary>
internal static class Recordings
{
    public static readonly string[] Providers =
        ["openai", "openai-compatible", "deepseek", "groq", "xai", "mistral", "moonshotai", "alibaba", "perplexity"];

    public static string? Folder { get; } = Find();

    /// <summary>Skips the test with a reason where there are no recordings; in CI their absence is a failure.</summary>
    public static void Require()
    {
        if (Folder is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "The recordings ../shared/wire are missing.");
            Assert.Skip("The recordings ../shared/wire are not there.");
        }
    }

    public static TheoryData<string> Names(string pattern, Func<string, bool> filter)
    {
        var names = new TheoryData<string>();
        foreach (var provider in Folder is null ? [] : Providers)
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Folder!, provider), pattern).Order(StringComparer.Ordinal))
            {
                if (filter(Path.GetFileName(file)))
                {
                    names.Add($"{provider}/{Path.GetFileName(file)}");
                }
            }
        }

        if (names.Count == 0)
        {
            names.Add("missing");
        }

        return names;
    }

    /// <summary>The files of one provider; one name that stands for none where there are no recordings.</summary>
    public static TheoryData<string> NamesOf(string provider, string pattern)
    {
        var names = new TheoryData<string>();
        string[] files = Folder is null ? [] : Directory.GetFiles(Path.Combine(Folder, provider), pattern);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            names.Add($"{provider}/{Path.GetFileName(file)}");
        }

        if (names.Count == 0)
        {
            names.Add("missing");
        }

        return names;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Patchbay.slnx")))
            {
                for (var above = folder.Parent; above is not null; above = above.Parent)
                {
                    var wire = Path.Combine(above.FullName, "shared", "wire");
                    if (Directory.Exists(wire))
                    {
                        return wire;
                    }
                }
            }
        }

        return null;
    }
}
