using System.CommandLine;
using System.Globalization;
using Patchbay.Providers;

namespace Patchbay.Server;

/// <summary><c>patchbay catalog sync</c>, <c>diff</c>, <c>show</c> and <c>check</c>.</summary>
internal sealed class CatalogCommand(CommonOptions common)
{
    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Show what would change and change nothing",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Write JSON instead of a table",
    };

    private readonly Option<string[]> _accept = new("--accept")
    {
        Description = "Put waiting price changes in force: those of a model, a provider or an endpoint; asks no list",
        HelpName = "SLUG",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _acceptAll = new("--accept-all")
    {
        Description = "Put all waiting price changes in force; asks no list",
    };

    private readonly Argument<string> _model = new("MODEL") { Description = "The model's slug, such as openai/gpt-4o" };

    /// <summary>The command and its subcommands.</summary>
    public Command Describe()
    {
        var sync = new Command("sync",
            "Read the public lists of models, and those of the providers whose keys you have, and take over what changed. " +
            "Prices that change more than threefold, or to or from zero, wait for --accept")
        {
            _dryRun, _json, _accept, _acceptAll,
        };
        sync.SetAction(SyncAsync);
        var diff = new Command("diff", "Show what was synced since this release was made, and what waits for confirmation") { _json };
        diff.SetAction((parse, _) => RunAsync(parse, context => DiffAsync(parse, context)));
        var show = new Command("show", "Show a model: who serves it, at which price, and who says so") { _model };
        show.SetAction((parse, _) => RunAsync(parse, context => ShowAsync(parse, context)));
        var check = new Command("check",
            "Read catalogue, configuration and provider keys, and show what can be called. Nothing is fetched from the network");
        check.SetAction((parse, _) => RunAsync(parse, context => CheckAsync(context, parse.InvocationConfiguration.Output)));
        return new Command("catalog", "Keep the catalogue of models current, and check it") { sync, diff, show, check };
    }

    private async Task<int> RunAsync(ParseResult parse, Func<CatalogContext, Task<int>> run)
    {
        var (_, configuration) = await common.ReadAsync(parse);
        if (configuration is null)
        {
            return ExitCode.Configuration;
        }

        try
        {
            return await run(CatalogContext.Open(configuration));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
    }

    private Task<int> SyncAsync(ParseResult parse, CancellationToken cancellationToken) => RunAsync(parse, async context =>
    {
        var words = parse.GetValue(_accept) ?? [];
        if (words.Length > 0 || parse.GetValue(_acceptAll))
        {
            return await AcceptAsync(parse, context, words);
        }

        var dry = parse.GetValue(_dryRun);
        using var turn = dry ? null : context.Store.TryLock();
        if (!dry && turn is null)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync("Another sync is running in this data folder. Try again when it is done.");
            return ExitCode.Failure;
        }

        using var credentials = new CredentialContext();
        using var client = new ListClient(credentials, CatalogSyncer.Within, CatalogSyncer.MostBytes);
        var current = context.Store.Load();
        var syncer = new CatalogSyncer(context.Settings, context.Source, client, TimeProvider.System);
        var plan = await syncer.PlanAsync(context.Catalog, current, cancellationToken);
        if (!dry)
        {
            context.Store.Save(plan.Next);
        }

        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(_json))
        {
            await output.WriteLineAsync(ChangeJson.Write(plan.Next.Sources, plan.Applied, plan.Waiting, written: !dry));
        }
        else
        {
            await output.WriteAsync(ChangeTable.Sources(plan.Next.Sources));
            await output.WriteAsync(ChangeTable.Changes(
                dry ? "Would take effect" : "In force now", plan.Applied, context.File));
            await output.WriteAsync(ChangeTable.Waiting(plan.Waiting, context.File));
            if (dry)
            {
                await output.WriteLineAsync("Nothing was written.");
            }
        }

        return plan.Failed.Any() ? ExitCode.Failure : ExitCode.Success;
    });

    private async Task<int> AcceptAsync(ParseResult parse, CatalogContext context, string[] words)
    {
        var output = parse.InvocationConfiguration.Output;
        using var turn = context.Store.TryLock();
        if (turn is null)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync("A sync is running in this data folder. Try again when it is done.");
            return ExitCode.Failure;
        }

        var current = context.Store.Load();
        var accepted = words.Length > 0 ? current.WaitingFor(words) : current.Waiting;
        foreach (var word in words.Where(word => current.WaitingFor([word]).Count == 0))
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync($"No price change waits for '{word}'. See: patchbay catalog diff");
            return ExitCode.Failure;
        }

        if (accepted.Count == 0)
        {
            await output.WriteLineAsync("No price change waits for confirmation.");
            return ExitCode.Success;
        }

        var dry = parse.GetValue(_dryRun);
        if (!dry)
        {
            context.Store.Save(current.Accept(accepted, "command line", TimeProvider.System.GetUtcNow()));
        }

        await output.WriteAsync(parse.GetValue(_json)
            ? ChangeJson.Write([], accepted, [], written: !dry) + "\n"
            : ChangeTable.Changes(dry ? "Would take effect" : "In force now", accepted, context.File));
        return ExitCode.Success;
    }

    private async Task<int> DiffAsync(ParseResult parse, CatalogContext context)
    {
        var synced = context.Source.Synced;
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(_json))
        {
            await output.WriteLineAsync(ChangeJson.Write(synced.Sources, synced.Facts, synced.Waiting, written: false));
            return ExitCode.Success;
        }

        await output.WriteAsync(ChangeTable.Sources(synced.Sources));
        await output.WriteAsync(ChangeTable.Changes("Over the built-in facts", synced.Facts, context.File));
        await output.WriteAsync(ChangeTable.Waiting(synced.Waiting, context.File));
        return ExitCode.Success;
    }

    private async Task<int> ShowAsync(ParseResult parse, CatalogContext context)
    {
        var name = parse.GetValue(_model)!;
        if (!context.Catalog.TryGetModel(name, out var model))
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync($"There is no model '{name}' in the catalogue.");
            return ExitCode.Failure;
        }

        await parse.InvocationConfiguration.Output.WriteAsync(ModelCard.Write(model, context.Source.Synced, context.File));
        return ExitCode.Success;
    }

    private static async Task<int> CheckAsync(CatalogContext context, TextWriter output)
    {
        var counts = CatalogCounts.Of(context.Catalog);
        await output.WriteLineAsync("Configuration  " + (context.FileExists ? context.FilePath : "none; only built-in facts"));
        await output.WriteLineAsync("Synced         " + (context.Source.Synced.WrittenAt is { } at
            ? string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : "never; start with: patchbay catalog sync"));
        await output.WriteLineAsync("               known  can be called");
        await Row("Providers", counts.Providers, counts.RoutableProviders);
        await Row("Models", counts.Models, counts.RoutableModels);
        await Row("Endpoints", counts.Endpoints, counts.RoutableEndpoints);
        foreach (var provider in context.Catalog.Providers.Where(provider => provider.HasCredential && provider.Auth != "none"))
        {
            await output.WriteLineAsync($"Key present    {provider.Slug}");
        }

        if (counts.RoutableModels == 0)
        {
            await output.WriteLineAsync("No model can be called: set the key of a provider (for example OPENAI_API_KEY), add one to " +
                "patchbay.yaml, or look for models on this machine with: patchbay providers discover");
        }

        return ExitCode.Success;

        Task Row(string name, int known, int routable) => output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"{name,-13}  {known,5}  {routable,13}"));
    }
}
