using System.Diagnostics;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

/// <summary>What a command printed and returned.</summary>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>Everything, for messages.</summary>
    public string Text => $"exit code {ExitCode}\n{Output}\n{Error}";
}

/// <summary>The program on its command line.</summary>
public static class Cli
{
    /// <summary>No variables of the machine that the tests run on.</summary>
    public static IReadOnlyDictionary<string, string?> NoEnvironment { get; } = new Dictionary<string, string?>
    {
        ["PATCHBAY_MASTER_KEY"] = null,
        ["PATCHBAY_DATABASE"] = null,
    };

    /// <summary>Runs a command to its end, in an empty folder of its own; one that does not end within a minute is killed.
    /// </summary>
    public static async Task<CliResult> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, CancellationToken token)
    {
        var folder = Directory.CreateTempSubdirectory("patchbay-cli-");
        try
        {
            var start = new ProcessStartInfo("dotnet", [Repository.ServerAssembly, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder.FullName,
            };
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }

            using var process = Process.Start(start)!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            limit.CancelAfter(TimeSpan.FromMinutes(1));
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(limit.Token);
                var error = process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return new CliResult(process.ExitCode, await output, await error);
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
