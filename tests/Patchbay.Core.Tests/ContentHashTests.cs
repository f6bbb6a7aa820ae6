namespace Patchbay.Core.Tests;

public sealed class ContentHashTests
{
    [Fact]
    public void It_is_the_same_in_every_process() => Assert.Equal(ContentHash.Of("abc"u8, 1), ContentHash.Of("abc"u8, 1));

    [Fact]
    public void Every_byte_the_length_and_the_seed_count()
    {
        var seen = new HashSet<ulong>();
        for (var length = 0; length < 70; length++)
        {
            var bytes = new byte[length];
            Assert.True(seen.Add(ContentHash.Of(bytes, 0)));
            Assert.True(seen.Add(ContentHash.Of(bytes, 1)));
            for (var i = 0; i < length; i++)
            {
                bytes[i] = 1;
                Assert.True(seen.Add(ContentHash.Of(bytes, 0)));
                bytes[i] = 0;
            }
        }
    }

    [Fact]
    public void Hashes_spread_evenly()
    {
        var counts = new int[64];
        for (var i = 0; i < 64_000; i++)
        {
            counts[ContentHash.Of(BitConverter.GetBytes(i), 0) % 64]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 850, 1_150));
    }
}
