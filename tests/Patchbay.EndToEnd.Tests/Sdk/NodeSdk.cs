using System.Diagnostics;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>Runs a script of a folder beside this file with node, beside the packages that the folder's lock file names.</summary>
internal static class NodeSdk
{
    /// <summary>Whether node and npm can be started.</summary>
    public static bool IsAvailable { get; } = Answers("node") && Answers("npm");

    /// <summary>The result of each case, by its name.</summary>
    public static async Task<JsonElement> RunAsync(
        IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, string name = "npm", string script = "cases.mjs")
    {
        var folder = await InstallAsync(name, cancellationToken);
        var output = await StartAsync("node", [script], folder, environment, cancellationToken);
        return JsonElement.Parse(output);
    }

    // Installed once; again only when the lock file has changed.
    private static async Task<string> InstallAsync(string folder, CancellationToken cancellationToken)
    {
        var source = Path.Combine(Repository.Root, "tests", "Patchbay.EndToEnd.Tests", "Sdk", folder);
        var target = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "sdk-" + folder)).FullName;
        var done = Path.Combine(target, "installed-lock.json");
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
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
