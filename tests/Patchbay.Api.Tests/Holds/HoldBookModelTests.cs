using FsCheck;
using FsCheck.Fluent;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

/// <summary>The book of holds against a model of it that is plain sums: five levels, two keys, random limits and random
/// operations.</summary>
public sealed class HoldBookModelTests
{
    private const int Levels = 5;

    private sealed record Operation(int Kind, int Amount, int Which);

    private sealed record Scenario(int[] Limits, Operation[] Operations);

    private static Gen<Scenario> Scenarios { get; } =
        from limits in Gen.ArrayOf(Gen.Frequency((3, Gen.Choose(0, 120)), (1, Gen.Constant(-1))), Levels + 1)
        from operations in Gen.ArrayOf(
            from kind in Gen.Choose(0, 5)
            from amount in Gen.Choose(0, 40)
            from which in Gen.Choose(0, 1_000)
            select new Operation(kind, amount, which))
        select new Scenario(limits, operations);

    [Fact]
    public void No_level_is_ever_exceeded_and_a_refusal_changes_nothing() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(100),
            Prop.ForAll(Arb.From(Scenarios), scenario => RunAsync(scenario).GetAwaiter().GetResult()));

    private static async Task<bool> RunAsync(Scenario scenario)
    {
        var model = new Model(scenario.Limits);
        await model.OpenAsync();
        foreach (var operation in scenario.Operations)
        {
            await model.ApplyAsync(operation);
            model.Compare();
        }

        await model.EndAllAsync();
        model.Compare();
        return model.Book.OpenCount == 0 && model.Book.GetTotalHeld() == Money.Zero;
    }

    /// <summary>Scopes 0 to 4 are the levels of the first path; scope 5 is the key of the second, which has the same
    /// organization, workspace and member and no guardrail.</summary>
    private sealed class Model
    {
        private static readonly int[][] Paths = [[0, 1, 2, 3, 4], [0, 1, 2, 5]];

        private readonly Guid _organization = Guid.CreateVersion7();
        private readonly MemoryBudgets _store = new(new MemoryDatabase());
        private readonly BudgetScope[] _scopes;
        private readonly Money?[] _limits;
        private readonly long[] _held = new long[Levels + 1];
        private readonly long[] _spent = new long[Levels + 1];
        private readonly List<(Hold Hold, int Path)> _open = [];
        private readonly BudgetPath[] _paths = new BudgetPath[2];

        public Model(int[] limits)
        {
            _limits = [.. limits.Select(limit => limit < 0 ? (Money?)null : new Money(limit))];
            _scopes = [.. Enumerable.Range(0, Levels + 1).Select(i => new BudgetScope(
                i == Levels ? BudgetLevel.Key : (BudgetLevel)i, i == 0 ? _organization : Guid.CreateVersion7()))];
            Book = new HoldBook(_store, new ManualClock(new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero)));
        }

        public HoldBook Book { get; }

        public async Task OpenAsync()
        {
            for (var i = 0; i < _scopes.Length; i++)
            {
                await _store.SetAsync(new Budget(_scopes[i], ResetInterval.Daily, _limits[i]), CancellationToken.None);
            }

            for (var i = 0; i < Paths.Length; i++)
            {
                _paths[i] = await Book.OpenPathAsync(
                    _organization, [.. Paths[i].Select(s => _scopes[s])], null, CancellationToken.None);
            }
        }

        public async Task ApplyAsync(Operation operation)
        {
            var (kind, amount, which) = operation;
            if (kind <= 2)
            {
                await HoldAsync(which % 2, amount);
            }
            else if (kind == 3)
            {
                var scope = which % _scopes.Length;
                _limits[scope] = which % 7 == 0 ? null : new Money(amount * 3);
                Book.SetBudgets(_organization, _scopes[scope], _limits[scope] is { } limit
                    ? [new Budget(_scopes[scope], ResetInterval.Daily, limit)]
                    : []);
            }
            else if (_open.Count > 0)
            {
                var index = which % _open.Count;
                await EndAsync(index, kind == 4 ? Math.Min(amount, _open[index].Hold.Amount.Nanos) : 0);
            }
        }

        public async Task EndAllAsync()
        {
            while (_open.Count > 0)
            {
                await EndAsync(_open.Count - 1, 0);
            }
        }

        public void Compare()
        {
            for (var i = 0; i < Paths.Length; i++)
            {
                Assert.Equal(Math.Max(0, Paths[i].Min(Left)), Book.GetAvailable(_paths[i]).Nanos);
                foreach (var scope in Paths[i])
                {
                    var spending = Book.GetSpending(_paths[i], _scopes[scope].Level);
                    Assert.Equal(_spent[scope], spending?.Credits.Today.Nanos);
                }
            }

            Assert.Equal(_held[0], Book.GetTotalHeld().Nanos);
            Assert.Equal(_open.Count, Book.OpenCount);
        }

        private long Left(int scope) =>
            _limits[scope] is { } limit ? limit.Nanos - _spent[scope] - _held[scope] : long.MaxValue;

        private async Task HoldAsync(int path, int amount)
        {
            var result = await Book.TryHoldAsync(_paths[path], new Money(amount), "gen-model");
            var refusing = Paths[path].Cast<int?>().FirstOrDefault(scope => Left(scope!.Value) < amount);
            if (refusing is { } scope)
            {
                Assert.Null(result.Hold);
                Assert.Equal(_scopes[scope].Level, result.RefusedBy);
                Assert.Equal(Math.Max(0, Left(scope)), result.Available.Nanos);
                Assert.Equal(_held[scope], result.HeldByOthers.Nanos);
                return;
            }

            Assert.NotNull(result.Hold);
            _open.Add((result.Hold, path));
            foreach (var level in Paths[path])
            {
                _held[level] += amount;
                Assert.True(_limits[level] is not { } limit || _held[level] + _spent[level] <= limit.Nanos);
            }
        }

        private async Task EndAsync(int index, long charge)
        {
            var (hold, path) = _open[index];
            _open.RemoveAt(index);
            if (charge > 0)
            {
                hold.Settle(new Money(charge), Money.Zero);
            }

            await hold.DisposeAsync();
            foreach (var level in Paths[path])
            {
                _held[level] -= hold.Amount.Nanos;
                _spent[level] += charge;
            }
        }
    }
}
