using System.Collections.Concurrent;

namespace Patchbay.Core.Tests;

public sealed class GenerationIdTests
{
    private static readonly DateTimeOffset Arrival = new(2026, 11, 21, 12, 0, 0, 250, TimeSpan.Zero);

    [Fact]
    public void An_id_tells_the_second_and_sorts_by_millisecond()
    {
        var id = GenerationId.Create(Arrival);
        var later = GenerationId.Create(Arrival.AddMilliseconds(1));

        Assert.Matches($"^gen-{Arrival.ToUnixTimeSeconds()}-[0-9A-Za-z]{{20}}$", id);
        Assert.True(string.CompareOrdinal(id[..17], later[..17]) < 0);
    }

    [Fact]
    public void Ids_made_at_the_same_moment_by_many_threads_never_repeat()
    {
        var ids = new ConcurrentDictionary<string, bool>();

        Parallel.For(0, 100_000, _ => Assert.True(ids.TryAdd(GenerationId.Create(Arrival), true)));

        Assert.Equal(100_000, ids.Count);
    }

    [Fact]
    public void The_random_characters_use_the_whole_alphabet_evenly_and_independently_of_their_place()
    {
        var counts = new int[18, 128];
        for (var i = 0; i < 62_000; i++)
        {
            var random = GenerationId.Create(Arrival).AsSpan(^18);
            for (var place = 0; place < 18; place++)
            {
                counts[place, random[place]]++;
            }
        }

        for (var place = 0; place < 18; place++)
        {
            for (var letter = 'a'; letter <= 'z'; letter++)
            {
                // 1,000 expected, or 1,210 for the eight that the remainder favours; six deviations on either side.
                Assert.InRange(counts[place, letter], 750, 1_450);
            }
        }
    }
}
