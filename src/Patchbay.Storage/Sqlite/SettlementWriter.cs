using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Sqlite;

/// <summary>Writes settlements inside the writer's transaction: the generations that are new, then what they add up to.</summary>
internal sealed partial class SettlementWriter
{
    private const int GenerationColumns = 48;

    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly BatchWriter _books;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _findCharge;
    private readonly SqliteStatement _removeHold;
    private readonly SqliteStatement _findLots;
    private readonly List<Settlement> _fresh = [];
    private readonly List<CreditLot> _lots = [];
    private readonly HashSet<Guid> _organizations = [];

    /// <summary>Compiles its statements.</summary>
    public SettlementWriter(SqliteSession session, TimeProvider timeProvider, ILogger logger)
    {
        _timeProvider = timeProvider;
        _logger = logger;
        _books = new BatchWriter(session);
        var parameters = string.Join(", ", Enumerable.Repeat("?", GenerationColumns));
        _insert = session.Statement(
            $"INSERT INTO generation ({GenerationRow.Columns}) VALUES ({parameters}) ON CONFLICT (id) DO NOTHING");
        _findCharge = session.Statement("SELECT charge_nanos FROM generation WHERE id = ?");
        _findLots = session.Statement(CreditTables.LotsSql("", "?", "?") + " ORDER BY name");
        _removeHold = session.Statement("DELETE FROM open_hold WHERE generation_id = ?");
    }

    /// <summary>Writes all; those settled before have no effect.</summary>
    public void Write(List<Settlement> settlements)
    {
        if (settlements.Count == 0)
        {
            return;
        }

        _fresh.Clear();
        var head = _books.ReadHead();
        foreach (var settlement in settlements)
        {
            if (Insert(settlement.Generation, head.BatchId + 1))
            {
                _fresh.Add(settlement);
            }
            else
            {
                Compare(settlement.Generation);
            }

            if (settlement.HoldRecorded)
            {
                _removeHold.Start().Add(settlement.Generation.Id).Execute();
            }
        }

        if (_fresh.Count > 0)
        {
            ReadLots();
            _books.Write(LedgerBatch.OfSettlements(head, _timeProvider.GetUtcNow(), _fresh, _lots));
        }
    }

    // What is left of the promotions of everybody who is charged.
    private void ReadLots()
    {
        _lots.Clear();
        _organizations.Clear();
        foreach (var settlement in _fresh)
        {
            var organization = settlement.Generation.OrganizationId;
            if (settlement.Generation.Charge.Nanos == 0 || !_organizations.Add(organization))
            {
                continue;
            }

            var (from, to) = LotRange.Of(organization);
            _findLots.Start().Add(from).Add(to);
            while (_findLots.Read())
            {
                _lots.Add(new CreditLot(_findLots.Text(0), new Money(_findLots.Int64(1))));
            }
        }
    }

    private bool Insert(Generation generation, long batchId)
    {
        var usage = generation.Usage;
        var statement = _insert.Start()
            .Add(generation.Id)
            .Add(batchId)
            .Add(generation.CreatedAt)
            .Add(generation.OrganizationId)
            .Add(generation.WorkspaceId)
            .Add(generation.KeyId)
            .Add(generation.MemberId)
            .Add(generation.Model)
            .Add(generation.ProviderName)
            .Add(generation.EndpointId)
            .Add(generation.UpstreamId)
            .Add(generation.ApiType)
            .Add(generation.Streamed)
            .Add((long)generation.Outcome)
            .Add(generation.ErrorCode)
            .Add(generation.FinishReason)
            .Add(generation.NativeFinishReason)
            .Add(usage.UncachedInput)
            .Add(usage.CacheRead)
            .Add(usage.CacheWrite)
            .Add(usage.CacheWrite1h)
            .Add(usage.AudioInput)
            .Add(usage.Output)
            .Add(usage.Reasoning)
            .Add(usage.AudioOutput)
            .Add(usage.ImagesIn)
            .Add(usage.ImagesOut)
            .Add(usage.Searches)
            .Add(usage.Estimated)
            .Add(generation.Charge.Nanos)
            .Add(generation.ProviderCost.Nanos)
            .Add(generation.Loss.Nanos)
            .Add(generation.IsByok)
            .Add(generation.PriceVersion)
            .Add(generation.LatencyMs)
            .Add(generation.DurationMs)
            .Add(generation.ServiceTier)
            .Add(generation.SessionId)
            .Add(generation.ExternalUser)
            .Add(generation.UserAgent)
            .Add(generation.Referer);
        if (GenerationRow.DescribesAttempt(generation))
        {
            statement.Add(generation.Attempts[0].Status).Add(generation.Attempts[0].LatencyMs).Skip();
        }
        else if (generation.Attempts.Count > 0)
        {
            statement.Skip().Skip().Add(AttemptText.Write(generation.Attempts));
        }
        else
        {
            statement.Skip().Skip().Skip();
        }

        if (generation.Routing is not null || generation.Router is not null)
        {
            statement.Add(generation.Router).Add(generation.Routing);
        }
        else
        {
            statement.Skip().Skip();
        }

        return statement.Add(generation.Fee.Nanos).Add(generation.Discount.Nanos).Execute() > 0;
    }

    private void Compare(Generation generation)
    {
        var statement = _findCharge.Start().Add(generation.Id);
        if (statement.Read() && statement.Int64(0) is var stored && stored != generation.Charge.Nanos)
        {
            Log.SettledDifferently(_logger, generation.Id, stored, generation.Charge.Nanos);
        }

        statement.Reset();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7004, Level = LogLevel.Error,
            Message = "Generation {Generation} was settled with {Stored} nano-USD and again with {Given}; the first stands.")]
        public static partial void SettledDifferently(ILogger logger, string generation, long stored, long given);
    }
}
