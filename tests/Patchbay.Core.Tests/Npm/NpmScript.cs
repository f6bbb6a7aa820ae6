using System.Diagnostics;

namespace Patchbay.Core.Tests;

/// <summary>A script for node in a folder of these tests, which runs beside the packages that its lock file names.</summary>
/// <param name="source">The folder below the tests' own, such as <c>Text/npm</c>.</param>
/// <param name="script">The script in it.</param>
/// <param name="installed">The folder below <c>artifacts</c> that the packages are installed in.</param>
internal sealed class NpmScript(string source, string script, string installed)
{
    /// <summary>Skips the test where node or npm is absent; in CI it fails instead.</summary>
    public static void SkipUnlessAvailable(string packages)
    {
        var reason = $"Node.js and npm are needed to run {packages}.";
        var available = Answers("node") && Answers("npm");
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.True(available, reason);
        }

        Assert.SkipUnless(available, reason);
    }

    /// <summary>What the script writes when it is given a file with this text.</summary>
    public async Task<string> RunAsync(string text, CancellationToken cancellationToken)
    {
        var folder = await InstallAsync(cancellationToken);
        var input = Path.Combine(folder, $"input-{Guid.CreateVersion7():N}.json");
        try
        {
            await File.WriteAllTextAsync(input, text, cancellationToken);
            return await StartAsync("node", [script, input], folder, cancellationToken);
        }
        finally
        {
            File.Delete(input);
        }
    }

    // Installed once; again only when the lock file has changed.
    private async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        var root = FindRoot();
        var from = Path.Combine(root, "tests", "Patchbay.Core.Tests", source);
        var target = Directory.CreateDirectory(Path.Combine(root, "artifacts", installed)).FullName;
        foreach (var name in (string[])["package.json", "package-lock.json", script])
        {
            File.Copy(Path.Combine(from, name), Path.Combine(target, name), overwrite: true);
        }

        var done = Path.Combine(target, "installed-lock.json");
        var wanted = await File.ReadAllTextAsync(Path.Combine(target, "package-lock.json"), cancellationToken);
        if (!File.Exists(done) || await File.ReadAllTextAsync(done, cancellationToken) != wanted)
        {
            await StartAsync("npm", ["ci", "--no-audit", "--no-fund"], target, cancellationToken);
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

    private static async Task<string> StartAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
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
