using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Credit that is reserved for one generation at every level of a path. It ends exactly once: by
/// <see cref="Settle"/>, or by being disposed, which gives all of it back. Use it with <c>await using</c>, so that every
/// way out of a request ends it.</summary>
public sealed class Hold : IAsyncDisposable
{
    private readonly HoldBook _book;

    internal Hold(HoldBook book, BudgetPath path, Money amount, string generationId, DateTimeOffset createdAt)
    {
        _book = book;
        Path = path;
        Amount = amount;
        GenerationId = generationId;
        CreatedAt = createdAt;
    }

    /// <summary>How much is reserved: the most that may be charged.</summary>
    public Money Amount { get; }

    /// <summary>The generation that it is for.</summary>
    public string GenerationId { get; }

    /// <summary>When it was taken.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Describes the generation in flight; asked only for holds that stay open long enough to be written down.
    /// </summary>
    public Func<OpenHold>? Describe { get; set; }

    /// <summary>Whether an <see cref="OpenHold"/> row exists, which the settlement must remove.</summary>
    public bool Recorded { get; internal set; }

    internal BudgetPath Path { get; }

    internal bool Ended { get; set; }

    internal Hold? Previous { get; set; }

    internal Hold? Next { get; set; }

    /// <summary>Turns the hold into spending, after the charge became durable. At most <see cref="Amount"/> may be charged.
    /// The second call has no effect.</summary>
    public void Settle(Money charge, Money byok) => _book.End(this, charge, byok);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _book.End(this, Money.Zero, Money.Zero);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The answer to a request for a hold.</summary>
/// <param name="Hold">The hold; null when refused.</param>
/// <param name="RefusedBy">The level that refused.</param>
/// <param name="Available">What that level could still hold; never negative.</param>
/// <param name="HeldByOthers">What requests in flight hold at that level: when this alone is the reason, waiting helps.
/// </param>
public readonly record struct HoldResult(Hold? Hold, BudgetLevel RefusedBy, Money Available, Money HeldByOthers);
