using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Credit that is reserved for one generation at every level of a path. It ends exactly once: by
/// <see cref="Settle"/>, or by being disposed, which gives all of it back. Use it with <c>await using</c>, so that every
/// way out of a request ends it.</summary>
public sealed class Hold : IAsyncDisposable
{
    private readonly HoldBook _book;
    private Func<object, OpenHold>? _describe;
    private object? _state;

    internal Hold(HoldBook book, BudgetPath path, HoldAmount held, ByokGrant grant, string generationId, DateTimeOffset createdAt)
    {
        _book = book;
        Path = path;
        Held = held;
        Grant = grant;
        GenerationId = generationId;
        CreatedAt = createdAt;
    }

    /// <summary>How much is reserved: the most that may be charged.</summary>
    public Money Amount => Held.Credits;

    internal HoldAmount Held { get; set; }

    /// <summary>What of the allowance for own keys is set aside.</summary>
    internal ByokGrant Grant { get; set; }

    /// <summary>What of the allowance is used, once the fee is known; null before.</summary>
    internal Money? FreeOfFee { get; set; }

    /// <summary>The generation that it is for.</summary>
    public string GenerationId { get; }

    /// <summary>When it was taken.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Says how to describe the generation in flight. It is asked only while the hold is open, and only when it
    /// stays open long enough to be written down; it must be quick.</summary>
    public void DescribeWith(Func<object, OpenHold> describe, object state)
    {
        _state = state;
        _describe = describe;
    }

    /// <summary>Whether an <see cref="OpenHold"/> row exists, which the settlement must remove.</summary>
    public bool Recorded { get; internal set; }

    /// <summary>The settlement is being made: from now on no <see cref="OpenHold"/> row is written. Returns whether there is or
    /// will be one, which the settlement must remove.</summary>
    public bool BeginSettlement()
    {
        lock (Path.Gate)
        {
            IsSettling = true;
            return Recorded;
        }
    }

    internal bool IsSettling { get; private set; }

    /// <summary>The generation in flight; null when nobody said how to describe it.</summary>
    internal OpenHold? Describe() => _describe?.Invoke(_state!);

    /// <summary>Which leased slices it was taken from, for the settlement.</summary>
    public LeaseUse Leases => Leased?.Use ?? default;

    /// <summary>The same for a settlement on the caller's own key; after <see cref="FeeFor"/>.</summary>
    /// <param name="fee">What is charged.</param>
    /// <param name="byok">The list price.</param>
    public LeaseUse LeasesOnOwnKey(Money fee, Money byok) => Leased is not { } leased
        ? default
        : leased.Use with
        {
            Byok = ListedBy(fee, byok),
            Free = leased.Allowance is null ? null : FreeOfFee ?? Money.Zero,
        };

    /// <summary>What of a list price counts against what was held for it, besides the charge.</summary>
    internal Money ListedBy(Money charge, Money byok) => Money.Max(Money.Min(byok, Held.Listed - charge), Money.Zero);

    internal BudgetPath Path { get; }

    /// <summary>Those slices; null where limits are not shared.</summary>
    internal LeaseSet? Leased { get; init; }

    internal bool Ended { get; set; }

    internal Hold? Previous { get; set; }

    internal Hold? Next { get; set; }

    /// <summary>Turns the hold into spending, after the charge became durable. At most <see cref="Amount"/> may be charged.
    /// It counts in the windows that the request arrived in. The second call has no effect.</summary>
    public void Settle(Money charge, Money byok, DateTimeOffset? arrivedAt = null) =>
        _book.End(this, charge, byok, arrivedAt ?? CreatedAt, settled: true);

    /// <summary>The fee for a usage on the caller's own key, at most <see cref="Amount"/>; uses the month's allowance. To be asked
    /// once, before the charge becomes durable; also where the fee is not charged, since the list price counts.</summary>
    public Money FeeFor(in Cost cost) => _book.FeeFor(this, cost);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _book.End(this, Money.Zero, Money.Zero, CreatedAt, settled: false);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The answer to a request for a hold.</summary>
/// <param name="Hold">The hold; null when refused.</param>
/// <param name="RefusedBy">The level that refused.</param>
/// <param name="Available">What that level could still hold; never negative.</param>
/// <param name="HeldByOthers">What requests in flight hold at that level: when this alone is the reason, waiting helps.
/// </param>
public readonly record struct HoldResult(Hold? Hold, BudgetLevel RefusedBy, Money Available, Money HeldByOthers)
{
    /// <summary>For a refusal: whether the organization's credits are in order.</summary>
    public CreditStanding Standing { get; init; }

    /// <summary>For a refusal: the guardrail whose budget refused; null where it is a limit of the level itself.</summary>
    public GuardrailName? Guardrail { get; init; }

    /// <summary>For a refusal by the organization: whether it was one of its budgets, and not its prepaid credits.</summary>
    public bool IsBudget { get; init; }
}

/// <summary>Whether prepaid credits are in order.</summary>
public enum CreditStanding
{
    /// <summary>They are, or nothing is prepaid.</summary>
    Good,

    /// <summary>More was used, or taken back, than was put in: nothing may be used, free models included.</summary>
    Overdrawn,

    /// <summary>A payment is disputed: nothing may be used until that is decided.</summary>
    Frozen,
}
