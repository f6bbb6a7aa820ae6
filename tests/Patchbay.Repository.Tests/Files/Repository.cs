using System.Diagnostics;

namespace Patchbay.Repository.Tests;

/// <summary>The files of this repository, read once.</summary>
internal static class Repository
{
    private static readonly string[] Skipped =
        ["artifacts", "node_modules", "dist", "bin", "obj", "data", ".git", "TestResults", ".vs", ".idea"];

    private static readonly HashSet<string> BinaryEndings =
        new(StringComparer.OrdinalIgnoreCase) { ".png", ".jpg", ".ico", ".woff", ".woff2", ".gif", ".pdf", ".zip", ".br" };

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Files { get; } = ReadFiles();

    /// <summary>The C# files below the folder, such as <c>src/Patchbay.Api/</c>.</summary>
    public static IEnumerable<SourceFile> CSharp(string folder) =>
        Files.Where(file => file.Extension == ".cs" && file.IsBelow(folder));

    public static SourceFile Get(string path) =>
        Files.FirstOrDefault(file => file.Path == path)
        ?? throw new InvalidOperationException($"{path} is not in the repository.");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Patchbay.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("No folder above the tests holds Patchbay.slnx.");
    }

    private static List<SourceFile> ReadFiles()
    {
        var paths = TrackedPaths() ?? WalkedPaths("");
        return paths
            .Order(StringComparer.Ordinal)
            .Where(path => !BinaryEndings.Contains(Path.GetExtension(path)) && File.Exists(Path.Combine(Root, path)))
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))))
            .ToList();
    }

    // What git tracks; null without git or outside a clone, such as in an unpacked archive.
    private static List<string>? TrackedPaths()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z"])
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 && output.Length > 0
                ? [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries)]
                : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> WalkedPaths(string folder)
    {
        foreach (var entry in new DirectoryInfo(Path.Combine(Root, folder)).EnumerateFileSystemInfos())
        {
            var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (entry is FileInfo)
            {
                yield return path;
            }
            else if (!Skipped.Contains(entry.Name))
            {
                foreach (var inner in WalkedPaths(path))
                {
                    yield return inner;
                }
            }
        }
    }
}
