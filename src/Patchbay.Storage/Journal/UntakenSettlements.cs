using Microsoft.Extensions.Logging;
using Patchbay.Billing;

namespace Patchbay.Storage.Journal;

/// <summary>What becomes of journaled settlements that the database does not take: those that it refuses for a fault of their own
/// are kept aside, all others wait. Belongs to whoever brings them in.</summary>
/// <param name="journaled">What waits, and where what is refused is kept.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class UntakenSettlements(JournaledSettlements journaled, ILogger logger)
{
    private bool _isDown;

    /// <summary>Keeps what was refused. Returns why it could not.</summary>
    public Exception? PutAside(List<(Settlement Settlement, Exception Exception)> faults)
    {
        try
        {
            foreach (var (settlement, exception) in faults)
            {
                journaled.Refused.Keep(settlement);
                Log.Refused(logger, settlement.Generation.Id, journaled.Refused.File, exception);
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception;
        }
    }

    /// <summary>The database takes nothing now; it is tried again later. Told once until it recovers.</summary>
    public void Wait(Exception outage)
    {
        journaled.Pending.RetryLater();
        if (!_isDown)
        {
            _isDown = true;
            Log.Down(logger, journaled.Pending.Durable - journaled.Pending.Ingested, outage);
        }
    }

    /// <summary>The database has taken everything.</summary>
    public void Recovered()
    {
        if (_isDown)
        {
            _isDown = false;
            Log.Recovered(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7017, Level = LogLevel.Error,
            Message = "The database does not take settlements. {Count} are safe in the journal and wait; more may follow without a message.")]
        public static partial void Down(ILogger logger, long count, Exception exception);

        [LoggerMessage(EventId = 7018, Level = LogLevel.Information, Message = "The database has taken the settlements that waited.")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(EventId = 7019, Level = LogLevel.Critical,
            Message = "The database refuses the settlement of generation {Generation}. It is not in the books; its record is kept in {File}.")]
        public static partial void Refused(ILogger logger, string generation, string file, Exception exception);
    }
}
