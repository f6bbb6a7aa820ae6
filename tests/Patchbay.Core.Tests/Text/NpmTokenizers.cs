using System.Diagnostics;
using System.Text.Json;

namespace Patchbay.Core.Tests;

/// <summary>Runs <c>Text/npm/encode.mjs</c> with node, beside the packages that its lock file names.</summary>
internal static class NpmTokenizers
{
    private static readonly string[] Sources = ["package.json", "package-lock.json", "encode.mjs"];

    /// <summary>Skips the test where node or npm is absent; in CI it fails instead.</summary>
    public static void SkipUnlessAvailable()
    {
        const string Reason = "Node.js and npm are needed to run the packages tiktoken, js-tiktoken and gpt-tokenizer.";
        var available = Answers("node") && Answers("npm");
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.True(available, Reason);
        }

        Assert.SkipUnless(available, Reason);
    }

    /// <summary>The tokens of each text by each package; null where a package's JavaScript is known to differ.</summary>
    public static async Task<Dictionary<string, int[]?[]>> EncodeAsync(List<string> texts, CancellationToken cancellationToken)
    {
        var folder = await InstallAsync(cancellationToken);
        var input = Path.Combine(folder, $"texts-{Guid.CreateVersion7():N}.json");
        try
        {
            await File.WriteAllTextAsync(input, JsonSerializer.Serialize(texts), cancellationToken);
            var output = await RunAsync("node", ["encode.mjs", input], folder, cancellationToken);
            return JsonSerializer.Deserialize<Dictionary<string, int[]?[]>>(output)!;
        }
        finally
        {
            File.Delete(input);
        }
    }

    // Installed once; again only when the lock file has changed.
    private static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        var root = FindRoot();
        var source = Path.Combine(root, "tests", "Patchbay.Core.Tests", "Text", "npm");
        var target = Directory.CreateDirectory(Path.Combine(root, "artifacts", "tokenizer-npm")).FullName;
        foreach (var name in Sources)
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
        }

        var done = Path.Combine(target, "installed-lock.json");
        var wanted = await File.ReadAllTextAsync(Path.Combine(target, "package-lock.json"), cancellationToken);
        if (!File.Exists(done) || await File.ReadAllTextAsync(done, cancellationToken) != wanted)
        {
            await RunAsync("npm", ["ci", "--no-audit", "--no-fund"], target, cancellationToken);
            await File.WriteAllTextAsync(done, wanted, cancellationToken);
        }

        return target;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Patchbay.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No folder above the tests holds Patchbay.slnx.");
        }

        return folder.FullName;
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{await error}");
        return await output;
    }

    private static bool Answers(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
