using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Core;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary>Opens the database for a command, beside a server that may be running, and turns what can go wrong into a
/// sentence.</summary>
internal abstract class StorageCommand(CommonOptions common)
{
    /// <summary>The work; returns the exit code.</summary>
    protected delegate Task<int> Work(PatchbayStorage storage, Configuration configuration, TextWriter output);

    /// <summary>Opens, works, closes.</summary>
    protected async Task<int> RunAsync(ParseResult parse, Work work, CancellationToken cancellationToken)
    {
        var (_, configuration) = await common.ReadAsync(parse);
        if (configuration is null)
        {
            return ExitCode.Configuration;
        }

        try
        {
            var settings = configuration.Settings;
            var options = new StorageOptions
            {
                DataDirectory = Path.GetFullPath(settings.Server.Data),
                PostgresConnectionString = settings.Database,
            };
            await using var storage = await PatchbayStorage.OpenAsync(
                options, exclusive: false, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);
            return await work(storage, configuration, parse.InvocationConfiguration.Output);
        }
        catch (Exception exception) when (exception
            is StorageRefusedException or StorageUnavailableException or IOException or UnauthorizedAccessException)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
    }

    /// <summary>Where the data is, in words.</summary>
    protected static string Place(PatchbayStorage storage, Configuration configuration) => storage.Kind == "postgres"
        ? "PostgreSQL"
        : "SQLite in " + Path.GetFullPath(configuration.Settings.Server.Data);
}
