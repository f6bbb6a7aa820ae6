using System.CommandLine;

namespace Patchbay.Server;

/// <summary>The options that every command takes.</summary>
internal sealed class CommonOptions
{
    /// <summary><c>--data</c>.</summary>
    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder of the database and the key file [default: ./data]",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary><c>--config</c>.</summary>
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Configuration file [default: ./patchbay.yaml, when it exists]",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Reads the configuration for a command, or prints what is wrong with it.</summary>
    public async Task<(ConfigurationReader Reader, Configuration? Configuration)> ReadAsync(
        ParseResult parse, CommandLineValues? values = null)
    {
        var reader = ConfigurationReader.ForProcess((values ?? new CommandLineValues()) with
        {
            Data = parse.GetValue(Data),
            Config = parse.GetValue(Config),
        });
        var result = reader.Read();
        await ProblemList.WriteAsync(parse.InvocationConfiguration.Error, result.Problems);
        return (reader, result.Configuration);
    }
}

/// <summary>What commands return to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>It could not be done, or a check found something.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Configuration = 2;
}
