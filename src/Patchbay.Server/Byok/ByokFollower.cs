using Patchbay.Api;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Follows changes of callers' own provider keys, whichever process made them: asks every two seconds. While the
/// database is away, what was known stays in force.</summary>
internal sealed partial class ByokFollower(ByokDirectory directory, TimeProvider clock, ILogger<ByokFollower> log) : BackgroundService
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isAway = false;
        while (true)
        {
            await Task.Delay(PollEvery, clock, stoppingToken);
            try
            {
                await directory.FollowAsync(stoppingToken);
                isAway = false;
            }
            catch (StorageUnavailableException exception)
            {
                if (!isAway)
                {
                    Log.NotRead(log, exception.Message);
                }

                isAway = true;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8080, LogLevel.Warning, "Own provider keys cannot be read; the last ones stay in force: {Problem}")]
        public static partial void NotRead(ILogger logger, string problem);
    }
}
