using System.CommandLine;
using System.Globalization;

namespace Patchbay.Server;

/// <summary><c>patchbay backup</c>.</summary>
internal sealed class BackupCommand(CommonOptions common) : StorageCommand(common)
{
    private readonly Option<string?> _to = new("--to")
    {
        Description = "The file to write; by default a new one, named after the time, below the data folder",
        HelpName = "FILE",
    };

    /// <summary>The command.</summary>
    public Command Describe()
    {
        var command = new Command("backup", "Copy the database into a new file, also while the server runs") { _to };
        command.SetAction((parse, cancellationToken) => RunAsync(parse, async (storage, configuration, output) =>
        {
            var file = Path.GetFullPath(parse.GetValue(_to) ?? DefaultFile(configuration));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await storage.BackupAsync(file, cancellationToken);
            await output.WriteLineAsync(
                $"Wrote {file} ({new FileInfo(file).Length.ToString(CultureInfo.InvariantCulture)} bytes).");
            return ExitCode.Success;
        }, cancellationToken));
        return command;
    }

    private static string DefaultFile(Configuration configuration)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return Path.Combine(configuration.Settings.Server.Data, "backups", $"patchbay-{now}.db");
    }
}
