using System.Diagnostics;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>Runs <c>Sdk/npm/cases.mjs</c> with node, beside the packages that its lock file names.</summary>
internal static class NodeSdk
{
    private static readonly string[] Sources = ["package.json", "package-lock.json", "cases.mjs"];

    /// <summary>Whether node and npm can be started.</summary>
    public static bool IsAvailable { get; } = Answers("node") && Answers("npm");

    /// <summary>The result of each case, by its name.</summary>
    public static async Task<JsonElement> RunAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var folder = await InstallAsync(cancellationToken);
        var output = await StartAsync("node", ["cases.mjs"], folder, environment, cancellationToken);
        return JsonElement.Parse(output);
    }

    // Installed once; again only when the lock file has changed.
    private static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        var source = Path.Combine(Repository.Root, "tests", "Patchbay.EndToEnd.Tests", "Sdk", "npm");
        var target = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "sdk-npm")).FullName;
        var done = Path.Combine(target, "installed-lock.json");
        foreach (var name in Sources)
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
        }

        var wanted = await File.ReadAllTextAsync(Path.Combine(target, "package-lock.json"), cancellationToken);
        if (!File.Exists(done) || await File.ReadAllTextAsync(done, cancellationToken) != wanted)
        {
            await StartAsync("npm", ["ci", "--no-audit", "--no-fund"], target, new Dictionary<string, string>(), cancellationToken);
            await File.WriteAllTextAsync(done, wanted, cancellationToken);
        }

        return target;
    }

    private static async Task<string> StartAsync(
        string program, string[] arguments, string folder, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{await output}\n{await error}");
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
