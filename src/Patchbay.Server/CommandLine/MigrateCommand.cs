using System.CommandLine;

namespace Patchbay.Server;

/// <summary><c>patchbay migrate</c>.</summary>
internal sealed class MigrateCommand(CommonOptions common) : StorageCommand(common)
{
    /// <summary>The command.</summary>
    public Command Describe()
    {
        var command = new Command("migrate",
            "Bring the database up to this version and stop; the server also does this when it starts");
        command.SetAction((parse, cancellationToken) => RunAsync(parse, async (storage, configuration, output) =>
        {
            await output.WriteLineAsync($"The schema is up to date: {Place(storage, configuration)}.");
            return ExitCode.Success;
        }, cancellationToken));
        return command;
    }
}
