using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>A job that is done again and again while the server runs. A turn that fails is lost; the server and the next turn are
/// not.</summary>
/// <param name="every">From the end of a turn to the beginning of the next.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">Where to log what nobody foresaw.</param>
/// <param name="waitsFirst">Whether the first turn comes after such a pause, and not at once.</param>
internal abstract partial class BackgroundLoop(TimeSpan every, TimeProvider clock, ILogger log, bool waitsFirst = false)
    : BackgroundService
{
    private bool _isAway;

    /// <summary>The clock.</summary>
    protected TimeProvider Clock { get; } = clock;

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (waitsFirst)
        {
            await Task.Delay(every, Clock, stoppingToken);
        }

        while (true)
        {
            try
            {
                await TurnAsync(stoppingToken);
                _isAway = false;
            }
            catch (StorageUnavailableException exception)
            {
                if (!_isAway)
                {
                    TellAway(exception.Message);
                }

                _isAway = true;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.TurnFailed(log, GetType().Name, exception);
            }

            await Task.Delay(every, Clock, stoppingToken);
        }
    }

    /// <summary>One turn.</summary>
    protected abstract Task TurnAsync(CancellationToken stoppingToken);

    /// <summary>Says that the database does not answer: once, until a turn went well.</summary>
    protected abstract void TellAway(string reason);

    private static partial class Log
    {
        [LoggerMessage(8180, LogLevel.Error, "{Loop}: a turn failed; it goes on with the next one.")]
        public static partial void TurnFailed(ILogger logger, string loop, Exception exception);
    }
}
