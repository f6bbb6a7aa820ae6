using FsCheck.Fluent;

namespace Patchbay.Storage.Tests;

/// <summary>Random histories against a model of a few lines: balances are the model's after every step, and the audit of the
/// whole has no finding.</summary>
public abstract class CreditModelCompliance(TestDatabase database) : StorageCompliance(database)
{
    private const int Histories = 60;

    [Fact]
    public async Task Any_history_leaves_the_balances_that_a_simple_model_says_and_sound_books()
    {
        var steps = Gen.Choose(0, 11).Zip(Gen.Choose(1, 1000)).ListOf();
        var histories = Gen.Sample(steps, 40, Histories).ToList();
        Assert.Contains(histories, history => history.Count > 20);
        var count = 0;
        foreach (var history in histories)
        {
            // Every history has an organization of its own, and all share the books.
            var run = new CreditModelRun(Storage, Database.Clock);
            foreach (var (kind, size) in history)
            {
                await run.StepAsync(kind, size);
                count++;
            }
        }

        await AssertBooksAreRightAsync();
        await RestartAsync();
        await AssertBooksAreRightAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{histories.Count} histories, {count} steps, 0 findings");
    }
}
