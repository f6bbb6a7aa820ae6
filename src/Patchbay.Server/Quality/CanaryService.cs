using Patchbay.Api;
using Patchbay.Catalog;
using Patchbay.Routing;

namespace Patchbay.Server;

/// <summary>Sends canaries to the hosts of one model after another, those first that were not visited for longest. Runs only
/// where it is switched on.</summary>
internal sealed partial class CanaryService(
    CanaryRound round, CanaryBoard board, CanaryStore store, CatalogHolder catalog, QualityRegistry quality,
    CanarySettings settings, TimeProvider clock, ILogger<CanaryService> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMinutes(30);

    // Models whose hosts could not be compared, and when that was.
    private readonly Dictionary<string, DateTimeOffset> _tried = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(await RunNextAsync(stoppingToken), clock, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    // Returns how long to wait.
    private async Task<TimeSpan> RunNextAsync(CancellationToken cancellationToken)
    {
        if (Next() is not { } model)
        {
            return LookEvery;
        }

        _tried[model.Slug] = clock.GetUtcNow();
        try
        {
            var outcome = await round.RunAsync(model, cancellationToken);
            Log.Ended(log, model.Slug, outcome);
            if (outcome == CanaryOutcome.Compared)
            {
                store.Save(board.All);
                quality.Evaluate(catalog.Current, board);
            }

            return outcome == CanaryOutcome.OverBudget ? PauseAfterRefusal : TimeSpan.Zero;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Failed(log, model.Slug, exception.Message);
            return PauseAfterRefusal;
        }
    }

    private Model? Next()
    {
        var now = clock.GetUtcNow();
        return catalog.Current.Models
            .Where(IsVisited)
            .Select(model => (Model: model, Last: LastVisit(model)))
            .Where(pair => now - pair.Last >= settings.Every)
            .OrderBy(pair => pair.Last)
            .Select(pair => pair.Model)
            .FirstOrDefault();
    }

    private bool IsVisited(Model model) =>
        (settings.Models.Count > 0
            ? settings.Models.Contains(model.Slug, StringComparer.Ordinal)
            : model is { Kind: "chat" } && (model.OpenWeights == true || model.HuggingFaceId is not null))
        && CanaryRound.Hosts(model).Count >= CanaryJudge.LeastHosts;

    private DateTimeOffset LastVisit(Model model)
    {
        var tried = _tried.GetValueOrDefault(model.Slug, DateTimeOffset.MinValue);
        var measured = CanaryRound.Hosts(model).Select(host => board.Report(host)?.MeasuredAt ?? DateTimeOffset.MinValue).Max();
        return tried > measured ? tried : measured;
    }

    private static partial class Log
    {
        [LoggerMessage(8050, LogLevel.Information, "Canaries visited the hosts of {Model}: {Outcome}.")]
        public static partial void Ended(ILogger logger, string model, CanaryOutcome outcome);

        [LoggerMessage(8051, LogLevel.Warning, "Canaries could not visit the hosts of {Model}: {Reason}")]
        public static partial void Failed(ILogger logger, string model, string reason);
    }
}
