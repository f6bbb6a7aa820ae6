namespace Patchbay.Testing;

/// <summary>Where things are in the working copy that the tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder with Patchbay.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The server's assembly, of the same configuration as the tests.</summary>
    public static string ServerAssembly { get; } = Path.Combine(
        Root, "artifacts", "bin", "Patchbay.Server", new DirectoryInfo(AppContext.BaseDirectory).Name, "Patchbay.Server.dll");

    /// <summary>The recorded responses of real providers; null where they are not at hand.</summary>
    public static string? Wire { get; } = FindWire();

    /// <summary>Whether the tests run in CI, where a skipped test is a failure.</summary>
    public static bool IsCi { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Skips the test with a reason; in CI it fails instead.</summary>
    public static void SkipUnless(bool condition, string reason)
    {
        if (IsCi)
        {
            Assert.True(condition, reason);
        }

        Assert.SkipUnless(condition, reason);
    }

    // Beside the working copy, or beside one of the folders above it.
    private static string? FindWire()
    {
        for (var above = Directory.GetParent(Root); above is not null; above = above.Parent)
        {
            var wire = Path.Combine(above.FullName, "shared", "wire");
            if (Directory.Exists(wire))
            {
                return wire;
            }
        }

        return null;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Patchbay.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside a working copy.");
    }
}
