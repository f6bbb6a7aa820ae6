using System.CommandLine;
using System.Globalization;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary><c>patchbay nodes list</c> and <c>forget</c>: the servers that share a PostgreSQL database.</summary>
internal sealed class NodesCommand(CommonOptions common) : StorageCommand(common)
{
    private readonly Argument<Guid> _id = new("ID")
    {
        Description = "The server, as patchbay nodes list and the file node.id in its data folder name it",
    };

    private readonly Option<bool> _yes = new("--yes")
    {
        Description = "Do it; without it, only what would happen is told",
    };

    /// <summary>The command and its subcommands.</summary>
    public Command Describe()
    {
        var list = new Command("list", "Show the servers, when the database last heard of them, and what they have leased");
        list.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => ListAsync(storage, output, cancellationToken), cancellationToken));
        var forget = new Command("forget", "Give up what a dead server has leased of limits and credits") { _id, _yes };
        forget.SetAction((parse, cancellationToken) => RunAsync(
            parse,
            (storage, configuration, output) => ForgetAsync(parse, storage, configuration, output, cancellationToken),
            cancellationToken));
        return new Command("nodes", "Show the servers that share a database, and give up dead ones") { list, forget };
    }

    private static async Task<int> ListAsync(PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        if (storage.Nodes is not { } nodes)
        {
            await output.WriteLineAsync("SQLite has one server, which shares nothing. Several servers need PostgreSQL.");
            return ExitCode.Success;
        }

        await output.WriteLineAsync($"{"ID",-36}  {"STARTED",-16}  {"HEARD OF",-12}  {"LEASES",6}  CREDITS LEASED");
        foreach (var node in await nodes.ListAsync(cancellationToken))
        {
            var heard = node.IsStopped ? "stopped" : Ago(node.Silence);
            var started = node.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            await output.WriteLineAsync($"{node.Id,-36}  {started,-16}  {heard,-12}  {node.Leases,6}  {node.LeasedCredits} USD");
        }

        return ExitCode.Success;
    }

    private async Task<int> ForgetAsync(
        ParseResult parse, PatchbayStorage storage, Configuration configuration, TextWriter output,
        CancellationToken cancellationToken)
    {
        var id = parse.GetRequiredValue(_id);
        var error = parse.InvocationConfiguration.Error;
        var known = storage.Nodes is { } nodes ? await nodes.ListAsync(cancellationToken) : [];
        if (known.FirstOrDefault(node => node.Id == id) is not { } found)
        {
            await error.WriteLineAsync($"There is no server {id}. See: patchbay nodes list");
            return ExitCode.Failure;
        }

        var lifetime = configuration.Settings.Replicas.LeaseLifetime;
        if (!parse.GetValue(_yes))
        {
            await error.WriteLineAsync(
                $"Server {id} was heard of {Ago(found.Silence)} and has {found.Leases} leases. They would be free for others; what it still has to book of them, such as what is in its journal, would be charged to nobody. If that is meant, say --yes.");
            return ExitCode.Failure;
        }

        if (!await storage.Nodes!.ForgetAsync(id, lifetime, cancellationToken))
        {
            await error.WriteLineAsync(
                $"Server {id} is still alive: it was heard of {Ago(found.Silence)}. It can be given up when nothing was heard of it for {lifetime.TotalSeconds:0.#} seconds.");
            return ExitCode.Failure;
        }

        await output.WriteLineAsync($"Gave up {found.Leases} leases of server {id}; {found.LeasedCredits} USD of credits are free again.");
        return ExitCode.Success;
    }

    private static string Ago(TimeSpan silence) => silence.TotalSeconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{silence.TotalSeconds:0} s ago")
        : string.Create(CultureInfo.InvariantCulture, $"{silence.TotalMinutes:0} min ago");
}
