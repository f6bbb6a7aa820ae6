using System.Globalization;
using System.Text;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Recorded;

/// <summary>One model for each recording, and for each recorded error one with its status.</summary>
public sealed class RecordedWorld : IAsyncLifetime
{
    /// <summary>Dollars per token: 1, 0.25 from the cache, 2, 3 for reasoning, in millionths.</summary>
    private const string MorePrices = "cache_read: \"0.00000025\", reasoning: \"0.000003\"";

    private readonly List<string> _rows = [];
    private World? _world;

    internal World World
    {
        get
        {
            Repository.SkipUnless(_world is not null, "The recordings ../shared/wire are not there.");
            return _world!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Repository.Wire is null)
        {
            return;
        }

        var models = Recordings.All.Select(file => Model(file, 200))
            .Concat(Recordings.Errors.Select(error => Model(error.File, error.Status)))
            .Concat(Recordings.Errors.Select(error => Model(error.File, 200)));
        _world = await World.StartAsync(new WorldOptions { Models = [.. models] }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is null)
        {
            return;
        }

        await _world.DisposeAsync();
        var table = new StringBuilder("| file | frames | text bytes | tool calls | usage (prompt/cached/completion/reasoning) | cost |\n|---|---|---|---|---|---|\n");
        _rows.Order(StringComparer.Ordinal).ToList().ForEach(row => table.Append(row).Append('\n'));
        await File.WriteAllTextAsync(Path.Combine(Repository.Root, "artifacts", "recordings.md"), table.ToString());
        TestContext.Current.SendDiagnosticMessage("{0}", table);
    }

    /// <summary>The slug of a recording's model.</summary>
    internal static string Slug(string file, int status = 200) =>
        "recorded/" + file.Replace('/', '-').Replace("_", "-", StringComparison.Ordinal) + (status == 200 ? "" : $"-{status}");

    internal static string ProviderOf(string file) => file[..file.IndexOf('/', StringComparison.Ordinal)];

    internal void Report(string file, int frames, RecordedAnswer answer, string usage, string cost)
    {
        var row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {file} | {frames} | {Encoding.UTF8.GetByteCount(answer.Text)} | {answer.Tools.Count} | {usage} | {cost} |");
        lock (_rows)
        {
            _rows.Add(row);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(row);
    }

    private static WorldModel Model(string file, int status) => new(
        Slug(file, status),
        new WorldEndpoint(
            ProviderOf(file), $"recorded;replay={file};status={status}", Prompt: "0.000001", Completion: "0.000002")
        {
            MorePrices = MorePrices,
        });
}
