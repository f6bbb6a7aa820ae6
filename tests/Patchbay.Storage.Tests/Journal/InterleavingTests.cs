using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

/// <summary>Random sequences of everything that can happen to the journal, against a model that is only a table of what was
/// acknowledged. The seed is in the name of a failing case.</summary>
public sealed class InterleavingTests
{
    private const int Steps = 60;

    private readonly Dictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly List<Settlement> _known = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whatever_happens_in_whatever_order_each_acknowledged_settlement_is_in_the_books_once(int seed)
    {
        var random = new Random(seed);
        var database = new SqliteTestDatabase { JournalSegmentBytes = 24 << 10 };
        var storage = await database.OpenAsync();
        var held = false;
        try
        {
            for (var step = 0; step < Steps; step++)
            {
                switch (random.Next(10))
                {
                    case < 4:
                        await SettleAsync(storage, database, random);
                        break;
                    case 4 when !held:
                        await CheckAsync(storage);
                        break;
                    case 5:
                        held = !held;
                        await (held ? database.HoldBackAsync(storage) : database.LetInAsync());
                        break;
                    case 6:
                        // The machine dies; another one goes on with what it finds.
                        var copy = await database.CopyAtRestAsync(storage);
                        await storage.DisposeAsync();
                        await database.DisposeAsync();
                        (database, held) = (copy, false);
                        storage = await database.OpenAsync();
                        break;
                    case 7:
                        await storage.DisposeAsync();
                        if (held)
                        {
                            await database.LetInAsync();
                            held = false;
                        }

                        storage = await database.OpenAsync();
                        break;
                    case 8 when !held:
                        await using (var command = await database.OpenAsync(exclusive: false))
                        {
                            await CheckAsync(command);
                        }

                        break;
                    case 9:
                        // Time for what waits to enter by itself, or not.
                        await Task.Delay(random.Next(150), Token);
                        break;
                }
            }

            if (held)
            {
                await database.LetInAsync();
            }

            await CheckAsync(storage);
        }
        finally
        {
            await storage.DisposeAsync();
            await database.DisposeAsync();
        }

        Assert.True(_acknowledged.Count > 50, "Too little happened.");
    }

    private async Task SettleAsync(PatchbayStorage storage, SqliteTestDatabase database, Random random)
    {
        var settlements = new List<Settlement>();
        for (var rest = random.Next(1, 40); rest > 0; rest--)
        {
            // Some again, as a caller does that was not told the outcome.
            settlements.Add(_known.Count > 0 && random.Next(5) == 0
                ? _known[random.Next(_known.Count)]
                : Samples.Settlement(database.Clock.Now, random.Next(1, 1_000_000)));
        }

        _known.AddRange(settlements);
        var waits = settlements.ConvertAll(settlement => storage.Settlements.SettleAsync(settlement).AsTask());
        for (var i = 0; i < waits.Count; i++)
        {
            try
            {
                await waits[i];
                _acknowledged[settlements[i].Generation.Id] = settlements[i].Generation.Charge.Nanos;
            }
            catch (StorageUnavailableException)
            {
                // The database takes nothing and the journal is full.
            }
        }
    }

    private async Task CheckAsync(PatchbayStorage storage)
    {
        Assert.Empty(await storage.Ledger.AuditAsync(Token));
        var rows = await storage.Generations.ListAsync(new GenerationQuery(Samples.Organization, null, 0, int.MaxValue), Token);
        Assert.Equal(
            _acknowledged.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            rows.Select(row => KeyValuePair.Create(row.Id, row.Charge.Nanos)).OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }
}
