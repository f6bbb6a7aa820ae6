using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Writes down holds that stay open, and after a crash turns what was in flight into generations that cost the
/// account nothing.</summary>
public sealed class HoldKeeper(HoldBook book, IOpenHoldLog log, ISettlementLog settlements, TimeProvider clock)
{
    /// <summary>How long a hold may be open before it is written down.</summary>
    public static readonly TimeSpan RecordAfter = TimeSpan.FromSeconds(1);

    /// <summary>One round: writes down what has been open for longer than <see cref="RecordAfter"/>, and removes rows whose
    /// hold ended meanwhile.</summary>
    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        var holds = book.FindUnrecorded(clock.GetUtcNow() - RecordAfter);
        if (holds.Count == 0)
        {
            return;
        }

        // Marked before it is written: a settlement that overtakes the write then removes a row too much, never too few.
        var rows = new List<OpenHold>(holds.Count);
        foreach (var hold in holds)
        {
            hold.Recorded = true;
            rows.Add(hold.Describe!());
        }

        await log.RecordAsync(rows, cancellationToken);
        var ended = new List<string>();
        foreach (var hold in holds)
        {
            if (hold.Ended)
            {
                ended.Add(hold.GenerationId);
            }
        }

        if (ended.Count > 0)
        {
            await log.RemoveAsync(ended, cancellationToken);
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
