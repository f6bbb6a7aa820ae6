using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Writes down holds that stay open, and after a crash turns what was in flight into generations that cost the
/// account nothing.</summary>
public sealed class HoldKeeper(HoldBook book, IOpenHoldLog log, ISettlementLog settlements, TimeProvider clock)
{
    private readonly List<Hold> _recorded = [];

    /// <summary>How long a hold may be open before it is written down.</summary>
    public static readonly TimeSpan RecordAfter = TimeSpan.FromSeconds(1);

    /// <summary>One round: writes down what has been open for longer than <see cref="RecordAfter"/>, and removes rows whose
    /// hold ended meanwhile. Rounds must not overlap.</summary>
    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        // A settlement removes its row, but one that was under way while the row was written does not know of it.
        var ended = _recorded.FindAll(static hold => hold.Ended);
        if (ended.Count > 0)
        {
            await log.RemoveAsync(ended.ConvertAll(static hold => hold.GenerationId), cancellationToken);
            _recorded.RemoveAll(static hold => hold.Ended);
        }

        var taken = book.TakeUnrecorded(clock.GetUtcNow() - RecordAfter);
        if (taken.Count > 0)
        {
            foreach (var (hold, _) in taken)
            {
                _recorded.Add(hold);
            }

            await log.RecordAsync([.. taken.Select(static pair => pair.Row)], cancellationToken);
        }
    }

    /// <summary>Settles what was in flight when the server last died: the account is charged nothing, and what the provider
    /// charges at least is booked as a loss. Returns how many there were. Call it before the first request.</summary>
    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        var holds = await log.ListAsync(cancellationToken);
        foreach (var hold in holds)
        {
            await settlements.SettleAsync(Crashed(hold));
        }

        if (holds.Count > 0)
        {
            await log.RemoveAsync([.. holds.Select(static hold => hold.GenerationId)], cancellationToken);
        }

        return holds.Count;
    }

    private Settlement Crashed(OpenHold hold)
    {
        IReadOnlyList<LossPosting> losses = hold is { ProviderSlug: { } provider, EstimatedCost.Nanos: > 0 }
            ? [new LossPosting(LedgerAccount.LossCrash, provider, hold.EstimatedCost)]
            : [];
        var generation = new Generation
        {
            Id = hold.GenerationId,
            CreatedAt = hold.CreatedAt,
            OrganizationId = hold.OrganizationId,
            WorkspaceId = hold.WorkspaceId,
            KeyId = hold.KeyId,
            MemberId = hold.MemberId,
            Model = hold.Model,
            ProviderName = hold.ProviderName,
            EndpointId = hold.EndpointId,
            ApiType = "completions",
            Streamed = hold.Streamed,
            Outcome = GenerationOutcome.Crashed,
            ErrorCode = "server_died",
            FinishReason = "error",
            Loss = losses.Count > 0 ? hold.EstimatedCost : Money.Zero,
            DurationMs = (int)Math.Clamp((clock.GetUtcNow() - hold.CreatedAt).TotalMilliseconds, 0, int.MaxValue),
        };
        return new Settlement(generation, null, losses) { HoldRecorded = true };
    }
}
