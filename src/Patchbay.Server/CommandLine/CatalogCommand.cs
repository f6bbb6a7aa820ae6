using System.CommandLine;
using System.Globalization;
using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary><c>patchbay catalog sync</c>.</summary>
internal sealed class CatalogCommand(CommonOptions common)
{
    /// <summary>The command and its subcommand.</summary>
    public Command Describe()
    {
        var sync = new Command("sync",
            "Read the built-in catalogue, the configuration and the provider keys again, check them, and show what can be " +
            "called. Nothing is fetched from the network; a running server takes a changed file by itself");
        sync.SetAction(SyncAsync);
        return new Command("catalog", "Check the catalogue of models") { sync };
    }

    private async Task<int> SyncAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var (_, configuration) = await common.ReadAsync(parse);
        if (configuration is null)
        {
            return ExitCode.Configuration;
        }

        var catalog = new CatalogSource(CatalogData.LoadBuiltIn(), EnvironmentCredentials.Instance).Build(configuration.File);
        var counts = CatalogCounts.Of(catalog);
        var output = parse.InvocationConfiguration.Output;
        await output.WriteLineAsync("Configuration  " + (configuration.FileExists ? configuration.FilePath : "none; only built-in facts"));
        await output.WriteLineAsync("               known  can be called");
        await Row("Providers", counts.Providers, counts.RoutableProviders);
        await Row("Models", counts.Models, counts.RoutableModels);
        await Row("Endpoints", counts.Endpoints, counts.RoutableEndpoints);
        foreach (var provider in catalog.Providers.Where(provider => provider.HasCredential && provider.Auth != "none"))
        {
            await output.WriteLineAsync($"Key present    {provider.Slug}");
        }

        if (counts.RoutableModels == 0)
        {
            await output.WriteLineAsync("No model can be called: set the key of a provider (for example OPENAI_API_KEY), or add one to patchbay.yaml.");
        }

        return ExitCode.Success;

        Task Row(string name, int known, int routable) => output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"{name,-13}  {known,5}  {routable,13}"));
    }
}
