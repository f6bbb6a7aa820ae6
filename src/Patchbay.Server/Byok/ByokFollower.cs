using Patchbay.Api;

namespace Patchbay.Server;

/// <summary>Follows changes of callers' own provider keys, whichever process made them: asks every two seconds. While the
/// database is away, what was known stays in force.</summary>
internal sealed partial class ByokFollower(ByokDirectory directory, TimeProvider clock, ILogger<ByokFollower> log)
    : BackgroundLoop(TimeSpan.FromSeconds(2), clock, log, waitsFirst: true)
{
    /// <inheritdoc/>
    protected override Task TurnAsync(CancellationToken stoppingToken) => directory.FollowAsync(stoppingToken);

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.NotRead(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8080, LogLevel.Warning, "Own provider keys cannot be read; the last ones stay in force: {Problem}")]
        public static partial void NotRead(ILogger logger, string problem);
    }
}
