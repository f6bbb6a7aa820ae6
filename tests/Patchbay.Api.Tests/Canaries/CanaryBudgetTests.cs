using System.Collections.Concurrent;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class CanaryBudgetTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_budget_of_a_day_is_never_passed_whatever_calls_cost_and_whenever_the_process_dies()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            Assert.True(await RunAsync(seed), $"seed {seed}");
        }
    }

    [Fact]
    public async Task What_a_call_did_not_cost_can_be_spent_again()
    {
        var books = new Books();
        var budget = new CanaryBudget(books, new Money(100), new Clock());

        var first = await budget.TryReserveAsync("lab", new Money(80), Token);
        Assert.NotNull(first);
        Assert.Null(await budget.TryReserveAsync("lab", new Money(21), Token));
        await budget.SettleAsync(first, new Money(30), Token);

        Assert.Equal(new Money(70), await budget.LeftAsync(Token));
        Assert.Equal(30, books.Balance(LedgerAccount.ProviderPayable("lab")));
        Assert.Equal(-30, books.Balance(LedgerAccount.Canaries(new DateOnly(2026, 11, 21))));
    }

    [Fact]
    public async Task A_provider_that_counts_more_than_is_possible_is_the_operators_loss()
    {
        var books = new Books();
        var budget = new CanaryBudget(books, new Money(100), new Clock());

        var call = await budget.TryReserveAsync("lab", new Money(100), Token);
        await budget.SettleAsync(call!, new Money(175), Token);

        Assert.Equal(-100, books.Balance(LedgerAccount.Canaries(new DateOnly(2026, 11, 21))));
        Assert.Equal(-75, books.Balance(LedgerAccount.LossOverrun));
        Assert.Equal(175, books.Balance(LedgerAccount.ProviderPayable("lab")));
    }

    private static async Task<bool> RunAsync(int seed)
    {
        var random = new Random(seed);
        var books = new Books();
        var clock = new Clock();
        var perDay = new Money(random.Next(1, 1000));
        for (var i = 0; i < 60; i++)
        {
            // The books are all that outlives the process.
            var budget = new CanaryBudget(books, perDay, clock);
            var most = new Money(random.Next(0, 400));
            if (await budget.TryReserveAsync("lab", most, CancellationToken.None) is { } call && random.Next(4) > 0)
            {
                clock.Now += TimeSpan.FromMinutes(random.Next(600));
                await budget.SettleAsync(call, new Money(random.NextInt64(0, most.Nanos + 100)), CancellationToken.None);
            }

            if (books.Accounts.Where(account => account.Key.StartsWith("expense:canaries:", StringComparison.Ordinal))
                .Any(account => account.Value < -perDay.Nanos || account.Value > 0))
            {
                return false;
            }
        }

        return books.Accounts.Values.Sum() == 0;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Noon;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Books : ILedgerStore
    {
        private readonly HashSet<string> _references = [];

        public ConcurrentDictionary<string, long> Accounts { get; } = new();

        public long Balance(string account) => Accounts.GetValueOrDefault(account);

        public Task<bool> PostAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
        {
            foreach (var entry in entries)
            {
                Assert.True(entry.AmountNanos > 0);
                Assert.True(_references.Add(entry.Reference));
                Accounts.AddOrUpdate(entry.Debit, -entry.AmountNanos, (_, sum) => sum - entry.AmountNanos);
                Accounts.AddOrUpdate(entry.Credit, entry.AmountNanos, (_, sum) => sum + entry.AmountNanos);
            }

            return Task.FromResult(true);
        }

        public Task<Money> GetBalanceAsync(string account, CancellationToken cancellationToken) =>
            Task.FromResult(new Money(Balance(account)));

        public Task<IReadOnlyList<LedgerFinding>> AuditAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<LedgerFinding>>([]);

        public Task<LedgerTotals> GetTotalsAsync(CancellationToken cancellationToken) =>
            Task.FromResult(new LedgerTotals(0, 0, Money.Zero));
    }
}
