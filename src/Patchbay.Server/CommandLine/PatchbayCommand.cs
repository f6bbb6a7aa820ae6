using System.CommandLine;
using System.CommandLine.Help;

namespace Patchbay.Server;

/// <summary>The command line: what each command is called and takes. The work is in the command classes.</summary>
internal static class PatchbayCommand
{
    /// <summary>Runs what the arguments ask for and returns the exit code: 0 done, 1 failed, 2 wrong arguments or
    /// configuration.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var parse = Create().Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            // The server has its own, gentler way to stop.
            ProcessTerminationTimeout = null,
        };
        if (parse.Errors.Count > 0)
        {
            foreach (var problem in parse.Errors)
            {
                await error.WriteLineAsync(problem.Message);
            }

            var known = parse.CommandResult.Command.Options.Select(option => option.Name).ToArray();
            foreach (var token in parse.UnmatchedTokens.Where(token => token.StartsWith('-')))
            {
                if (Spelling.Nearest(token, known) is { } near)
                {
                    await error.WriteLineAsync($"Did you mean {near}?");
                }
            }

            await error.WriteLineAsync("Try: patchbay --help");
            return ExitCode.Configuration;
        }

        return await parse.InvokeAsync(configuration);
    }

    /// <summary>All commands.</summary>
    public static Command Create()
    {
        var common = new CommonOptions();
        var serve = new ServeCommand(common);
        var root = new Command("patchbay",
            "One API in front of every model provider: routing, failover, budgets, usage.\n\n" +
            "Without a command it serves. Start here:\n" +
            "  patchbay --demo              look around with simulated providers\n" +
            "  OPENAI_API_KEY=... patchbay  serve the models of a provider whose key you have\n\n" +
            "Settings can also stand in patchbay.yaml or in the environment (docs/operating/configuration.md).")
        {
            common.Data,
            common.Config,
            serve.Describe("serve", "Serve the API and the console (this is also what happens without a command)"),
            new KeysCommand(common).Describe(),
            new CreditsCommand(common).Describe(),
            new BudgetsCommand(common).Describe(),
            new CatalogCommand(common).Describe(),
            new ProvidersCommand(common).Describe(),
            new NodesCommand(common).Describe(),
            new MigrateCommand(common).Describe(),
            new ReconcileCommand(common).Describe(),
            new ActivityCommand(common).Describe(),
            new BackupCommand(common).Describe(),
        };
        serve.AddTo(root);
        root.Options.Add(new HelpOption());
        root.Options.Add(VersionOption());
        return root;
    }

    private static Option<bool> VersionOption() => new("--version")
    {
        Description = "Show the version",
        Action = new VersionAction(),
    };

    private sealed class VersionAction : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(PatchbayApplication.Version);
            return ExitCode.Success;
        }
    }
}
