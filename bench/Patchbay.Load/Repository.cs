namespace Patchbay.Load;

/// <summary>The working copy that the program was built from.</summary>
internal static class Repository
{
    /// <summary>The folder with Patchbay.slnx; the current folder where there is none.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Patchbay.slnx")))
            {
                return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
