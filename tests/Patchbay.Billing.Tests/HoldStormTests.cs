using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Billing.Tests;

/// <summary>M-8: the book of holds with prepaid funds, budgets at five levels and those of guardrails, against plain sums: one operation after the other
/// compared after each, and many threads at once compared when all is quiet.</summary>
public sealed class HoldStormTests
{
    private const int Workspaces = 2;
    private const int Keys = 4;

    private static bool IsFull => Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1";

    private sealed record Step(int Kind, int Path, int Amount, int Which);

    private sealed record Scenario(int[] Limits, Step[] Steps);

    // 0 organization, 1–2 workspaces, 3–4 members, 5–8 keys, 9 a member in the first workspace.
    private static readonly int[][] Paths = [[0, 1, 3, 5, 9], [0, 1, 4, 6], [0, 2, 3, 7], [0, 2, 8]];

    // Whose guardrail sets a limit to a scope: the workspaces' defaults (1 and 2), then the member's or key's own.
    private static readonly int[][] Guards = [[], [], [], [3], [4], [1, 5], [1, 6], [2, 7], [2, 8], [1]];

    private static Gen<Scenario> Scenarios(int steps) =>
        from limits in Gen.ArrayOf(Gen.Frequency((4, Gen.Choose(0, 20_000)), (1, Gen.Constant(-1))), 10)
        from all in Gen.ArrayOf(
            from kind in Gen.Choose(0, 12)
            from path in Gen.Choose(0, Paths.Length - 1)
            from amount in Gen.Frequency((8, Gen.Choose(0, 300)), (1, Gen.Choose(0, 20_000)))
            from which in Gen.Choose(0, 1_000_000)
            select new Step(kind, path, amount, which), steps)
        select new Scenario(limits, all);

    [Fact]
    public void Of_ten_thousand_random_operations_none_passes_a_limit_and_a_refusal_changes_nothing()
    {
        var (taken, refused, extended, settled) = (0, 0, 0, 0);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(IsFull ? 40 : 3),
            Prop.ForAll(Arb.From(Scenarios(10_000)), scenario =>
            {
                var model = new Model(scenario.Limits);
                foreach (var step in scenario.Steps)
                {
                    model.Apply(step);
                    model.Compare();
                }

                taken += model.Taken;
                refused += model.Refused;
                extended += model.Extended;
                settled += model.Settled;
                model.EndAll();
                model.Compare();
                return model.Book.OpenCount == 0 && model.Book.GetTotalHeld() == Money.Zero;
            }));
        Assert.True(taken > 100 && refused > 100 && extended > 10 && settled > 100);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"M-8: {taken} holds, {refused} refusals, {extended} extensions, {settled} settlements; overshoot 0, open 0");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Many_threads_at_once_leave_nothing_held_and_spend_exactly_what_was_charged(int seed)
    {
        var limits = new long[10];
        var random = new Random(seed);
        for (var i = 0; i < limits.Length; i++)
        {
            limits[i] = random.NextInt64(200_000, 2_000_000);
        }

        var store = new Limits(limits);
        var book = new HoldBook(store, TimeProvider.System, prepaid: true);
        var paths = new BudgetPath[Paths.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = await store.OpenAsync(book, i);
        }

        var charged = new long[Paths.Length];
        var (taken, refused, passed) = (0, 0, 0);
        var perThread = IsFull ? 250_000 : 10_000;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            var dice = new Random((seed * 100) + thread);
            var open = new List<(Hold Hold, int Path)>();
            for (var i = 0; i < perThread; i++)
            {
                var path = dice.Next(Paths.Length);
                if (dice.Next(3) > 0 || open.Count == 0)
                {
                    var result = await book.TryHoldAsync(paths[path], new Money(dice.Next(1, 2_000)), "gen-storm");
                    if (result.Hold is { } hold)
                    {
                        open.Add((hold, path));
                        Interlocked.Increment(ref taken);
                    }
                    else
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
                else
                {
                    var (hold, of) = open[dice.Next(open.Count)];
                    open.Remove((hold, of));
                    await book.TryExtendAsync(hold, new Money(dice.Next(1, 500)));
                    if (dice.Next(2) == 0)
                    {
                        // Also twice, from two threads, as when an answer ends while its caller leaves.
                        var charge = dice.NextInt64(0, (hold.Amount.Nanos / 8) + 1);
                        Interlocked.Add(ref charged[of], charge);
                        await Task.WhenAll(
                            Task.Run(() => hold.Settle(new Money(charge), Money.Zero)),
                            Task.Run(() => hold.Settle(new Money(charge), Money.Zero)));
                    }

                    await hold.DisposeAsync();
                }

                // A key's limit that is set anew, to the same, must not open a gap for others.
                if (i % 64 == 0)
                {
                    await store.GuardAsync(book, dice.Next(1, 9), 2_000_000);
                    store.SetAgain(book, dice.Next(1, limits.Length));
                    await book.RefreshFundsAsync(store.Organization, CancellationToken.None);
                }

                passed += paths.Any(p => book.GetAvailable(p) < Money.Zero) ? 1 : 0;
            }

            foreach (var (hold, _) in open)
            {
                await hold.DisposeAsync();
            }
        })));

        Assert.Equal((0L, Money.Zero, 0), (book.OpenCount, book.GetTotalHeld(), passed));
        Assert.True(taken > 1000 && refused > 1000);
        for (var scope = 0; scope < limits.Length; scope++)
        {
            var mine = Enumerable.Range(0, Paths.Length).Where(p => Paths[p].Contains(scope)).ToArray();
            var spent = book.GetSpending(paths[mine[0]], store.Scopes[scope].Level)!.Value.Credits.Lifetime.Nanos;
            Assert.Equal(mine.Sum(p => charged[p]), spent);
            Assert.True(spent <= limits[scope], $"Level {scope} spent {spent} of {limits[scope]}.");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"M-8 seed {seed}: 8 threads, {taken} holds, {refused} refusals, {charged.Sum()} nano-USD charged; overshoot 0, held 0, open 0");
    }

    /// <summary>The budgets of the ten scopes; the organization's limit is its funds.</summary>
    private sealed class Limits : IBudgetStore
    {
        private readonly long[] _limits;
        private readonly long[] _guards = [.. Enumerable.Repeat(-1L, 10)];

        public Limits(long[] limits)
        {
            _limits = limits;
            Scopes = [.. Enumerable.Range(0, limits.Length).Select(i => new BudgetScope(
                i == 0 ? BudgetLevel.Organization
                    : i <= Workspaces ? BudgetLevel.Workspace
                    : i <= Workspaces + 2 ? BudgetLevel.Member
                    : i <= Workspaces + 2 + Keys ? BudgetLevel.Key : BudgetLevel.Seat,
                i == 0 ? Organization : Guid.CreateVersion7()))];
        }

        public Guid Organization { get; } = Guid.CreateVersion7();

        public BudgetScope[] Scopes { get; }

        public ValueTask<BudgetPath> OpenAsync(HoldBook book, int path) =>
            book.OpenPathAsync(Organization, [.. Paths[path].Select(scope => Scopes[scope])], null, CancellationToken.None);

        public void SetAgain(HoldBook book, int scope) => book.SetBudgets(Organization, Scopes[scope], BudgetsOf(scope));

        public void Set(HoldBook book, int scope, long limit)
        {
            _limits[scope] = limit;
            SetAgain(book, scope);
        }

        /// <summary>What the guardrail of a workspace, a member or a key lets each spend; −1 for none.</summary>
        public ValueTask GuardAsync(HoldBook book, int whose, long limit)
        {
            _guards[whose] = limit;
            return new ValueTask(book.ReloadGuardrailsAsync(Organization, CancellationToken.None));
        }

        public Guid GuardrailOf(int whose) => Scopes[whose].Id;

        public Task<GuardrailBudgets> ListGuardrailsAsync(Guid organizationId, CancellationToken cancellationToken) =>
            Task.FromResult(new GuardrailBudgets(GuardsOf(1, 2), GuardsOf(3, 4), GuardsOf(5, 8)));

        private Dictionary<Guid, GuardrailBudget> GuardsOf(int first, int last)
        {
            var found = new Dictionary<Guid, GuardrailBudget>();
            for (var i = first; i <= last; i++)
            {
                if (_guards[i] >= 0)
                {
                    found[Scopes[i].Id] = new GuardrailBudget(
                        new GuardrailName(GuardrailOf(i), "guard"), ResetInterval.Never, new Money(_guards[i]), IncludesByok: false);
                }
            }

            return found;
        }

        public void SetFunds(long funds) => _limits[0] = funds;

        public Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken) =>
            Task.FromResult(BudgetsOf(Array.IndexOf(Scopes, scope)));

        public Task SetAsync(Budget budget, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Money> GetFundsAsync(Guid organizationId, CancellationToken cancellationToken) =>
            Task.FromResult(new Money(Math.Max(0, _limits[0])));

        public Task<ScopeSpending> GetSpendingAsync(BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
            Task.FromResult(default(ScopeSpending));

        private IReadOnlyList<Budget> BudgetsOf(int scope) => scope == 0 || _limits[scope] < 0
            ? [] : [new Budget(Scopes[scope], ResetInterval.Never, new Money(_limits[scope]))];
    }

    /// <summary>The same in plain sums.</summary>
    private sealed class Model
    {
        private readonly long[] _limits;
        private readonly long[] _held = new long[10];
        private readonly long[] _spent = new long[10];
        private readonly long[] _guards = [.. Enumerable.Repeat(-1L, 10)];
        private readonly List<(Hold Hold, int Path)> _open = [];
        private readonly Limits _store;
        private readonly BudgetPath[] _paths;

        public Model(int[] limits)
        {
            _limits = [.. limits.Select(limit => (long)limit)];
            _limits[0] = Math.Max(0, _limits[0]);
            _store = new Limits([.. _limits]);
            Book = new HoldBook(_store, TimeProvider.System, prepaid: true);
            _paths = [.. Enumerable.Range(0, Paths.Length).Select(i => Now(_store.OpenAsync(Book, i)))];
        }

        public HoldBook Book { get; }

        public int Taken { get; private set; }

        public int Refused { get; private set; }

        public int Extended { get; private set; }

        public int Settled { get; private set; }

        public void Apply(Step step)
        {
            switch (step.Kind)
            {
                case <= 4:
                    Take(step.Path, step.Amount);
                    break;
                case <= 6 when _open.Count > 0:
                    Extend(step.Which % _open.Count, step.Amount);
                    break;
                case <= 8 when _open.Count > 0:
                    End(step.Which % _open.Count, settle: true, step.Amount);
                    break;
                case 9 when _open.Count > 0:
                    End(step.Which % _open.Count, settle: false, 0);
                    break;
                case 10:
                    _limits[0] = _spent[0] + (step.Which % 20_000);
                    _store.SetFunds(_limits[0]);
                    Now(Book.RefreshFundsAsync(_store.Organization, CancellationToken.None));
                    break;
                case 11:
                    var scope = 1 + (step.Which % 9);
                    _limits[scope] = step.Amount % 5 == 0 ? -1 : _spent[scope] + (step.Which % 20_000) - 500;
                    _limits[scope] = Math.Max(-1, _limits[scope]);
                    _store.Set(Book, scope, _limits[scope]);
                    break;
                case 12:
                    var whose = 1 + (step.Which % 8);
                    _guards[whose] = step.Amount % 4 == 0 ? -1 : step.Which % 20_000;
                    Now(_store.GuardAsync(Book, whose, _guards[whose]));
                    break;
            }
        }

        public void EndAll()
        {
            while (_open.Count > 0)
            {
                End(_open.Count - 1, settle: false, 0);
            }
        }

        public void Compare()
        {
            Assert.Equal(_held[0], Book.GetTotalHeld().Nanos);
            Assert.Equal(_open.Count, Book.OpenCount);
            for (var path = 0; path < Paths.Length; path++)
            {
                Assert.Equal(Math.Max(0, Paths[path].Min(Left)), Book.GetAvailable(_paths[path]).Nanos);
                foreach (var scope in Paths[path])
                {
                    Assert.Equal(_spent[scope], Book.GetSpending(_paths[path], _store.Scopes[scope].Level)!.Value.Credits.Lifetime.Nanos);
                }
            }
        }

        private long Left(int scope)
        {
            var least = scope == 0 || _limits[scope] >= 0 ? _limits[scope] : long.MaxValue;
            foreach (var whose in Guards[scope])
            {
                least = _guards[whose] >= 0 ? Math.Min(least, _guards[whose]) : least;
            }

            return least == long.MaxValue ? Money.MaxValue.Nanos : least - _spent[scope] - _held[scope];
        }

        // The guardrail that sets the lowest limit of all to a scope.
        private Guid? Guarding(int scope)
        {
            var (least, guarding) = (_limits[scope] >= 0 ? _limits[scope] : long.MaxValue, (Guid?)null);
            foreach (var whose in Guards[scope])
            {
                if (_guards[whose] >= 0 && _guards[whose] < least)
                {
                    (least, guarding) = (_guards[whose], _store.GuardrailOf(whose));
                }
            }

            return guarding;
        }

        private bool Fits(int path, long amount) => Paths[path].All(scope => Left(scope) >= amount);

        private void Hold(int path, long amount)
        {
            foreach (var scope in Paths[path])
            {
                _held[scope] += amount;
            }
        }

        private void Take(int path, long amount)
        {
            var result = Now(Book.TryHoldAsync(_paths[path], new Money(amount), "gen-model"));
            Assert.Equal(Fits(path, amount), result.Hold is not null);
            if (result.Hold is not { } hold)
            {
                Refused++;
                var first = Paths[path].First(scope => Left(scope) < amount);
                Assert.Equal(
                    (_store.Scopes[first].Level, Math.Max(0, Left(first)), Guarding(first)),
                    (result.RefusedBy, result.Available.Nanos, result.Guardrail?.Id));
                return;
            }

            Taken++;
            _open.Add((hold, path));
            Hold(path, amount);
        }

        private void Extend(int index, long more)
        {
            var (hold, path) = _open[index];
            var fits = Fits(path, more);
            Assert.Equal(fits, Now(Book.TryExtendAsync(hold, new Money(more))));
            if (fits)
            {
                Extended++;
                Hold(path, more);
            }
        }

        private void End(int index, bool settle, long amount)
        {
            var (hold, path) = _open[index];
            _open.RemoveAt(index);
            var charge = settle ? Math.Min(amount, hold.Amount.Nanos) : 0;
            if (settle)
            {
                Settled++;
                hold.Settle(new Money(charge), Money.Zero);
                hold.Settle(new Money(charge), Money.Zero);
            }

            Now(hold.DisposeAsync());
            Hold(path, -hold.Amount.Nanos);
            foreach (var scope in Paths[path])
            {
                _spent[scope] += charge;
            }

            Assert.False(Now(Book.TryExtendAsync(hold, new Money(1))));
        }

        // Nothing here waits for a database.
        private static T Now<T>(ValueTask<T> task)
        {
            Assert.True(task.IsCompletedSuccessfully);
            return task.GetAwaiter().GetResult();
        }

        private static void Now(ValueTask task) => Assert.True(task.IsCompletedSuccessfully);
    }
}
