using System.CommandLine;
using Patchbay.Core;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary><c>patchbay serve</c>, and what happens without a command.</summary>
internal sealed class ServeCommand(CommonOptions common)
{
    private readonly Option<string?> _urls = new("--urls")
    {
        Description = "Address to listen on; several are separated by ';' [default: http://127.0.0.1:8080]",
        HelpName = "URL",
    };

    private readonly Option<bool> _demo = new("--demo")
    {
        Description = "Use simulated providers and send sample traffic; keeps its data in DIR/demo",
    };

    private readonly Option<string?> _logFormat = new Option<string?>("--log-format")
    {
        Description = "How to log [default: text]",
    }.AcceptOnlyFromAmong("text", "json");

    /// <summary>The command under its own name.</summary>
    public Command Describe(string name, string description)
    {
        var command = new Command(name, description);
        AddTo(command);
        return command;
    }

    /// <summary>Lets a command serve.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_urls);
        command.Options.Add(_demo);
        command.Options.Add(_logFormat);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var output = parse.InvocationConfiguration.Output;
        var error = parse.InvocationConfiguration.Error;
        var (reader, configuration) = await common.ReadAsync(parse, new CommandLineValues
        {
            Urls = parse.GetValue(_urls),
            Demo = parse.GetValue(_demo),
            LogFormat = parse.GetValue(_logFormat),
        });
        if (configuration is null)
        {
            return ExitCode.Configuration;
        }

        try
        {
            using var signals = new StopSignals();
            await using var application =
                await PatchbayApplication.BuildAsync(configuration, reader, TimeProvider.System, cancellationToken);
            await application.RunAsync(output, HasColour(output), signals, cancellationToken);
            return ExitCode.Success;
        }
        catch (Exception exception) when (exception
            is StorageRefusedException or StorageUnavailableException or InvalidDataException
            or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync("Patchbay cannot start: " + exception.Message);
            if (exception is IOException && exception.Message.Contains("address already in use", StringComparison.Ordinal))
            {
                await error.WriteLineAsync("Another program listens there. Choose another address, for example: --urls http://127.0.0.1:8081");
            }

            return ExitCode.Failure;
        }
    }

    private static bool HasColour(TextWriter output) =>
        ReferenceEquals(output, Console.Out)
        && !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
