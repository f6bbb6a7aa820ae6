using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class ShareTests
{
    /// <summary>A million draws with a fixed seed: each share within five standard deviations, and the whole by chi-square
    /// (three degrees of freedom: 27.9 is passed by chance once in 260,000 times).</summary>
    [Fact]
    public void Load_is_shared_by_one_over_the_square_of_the_price()
    {
        const int Draws = 1_000_000;
        var prices = new[] { 1.0, 1.5, 2, 3 };
        var request = Request([.. prices.Select((price, i) => Endpoint($"p{i}", (decimal)price))]) with { MaxAttempts = 1 };
        var health = new HealthRegistry(new ManualClock());
        var random = new Random(20261121);
        var counts = new int[prices.Length];

        for (var i = 0; i < Draws; i++)
        {
            counts[RoutePlanner.Plan(request, health, random).Attempts[0].Endpoint.Tag[1] - '0']++;
        }

        var total = prices.Sum(price => 1 / (price * price));
        var square = 0.0;
        for (var i = 0; i < prices.Length; i++)
        {
            var share = 1 / (prices[i] * prices[i]) / total;
            var expected = Draws * share;
            square += (counts[i] - expected) * (counts[i] - expected) / expected;
            Assert.InRange(Math.Abs(counts[i] - expected), 0, 5 * Math.Sqrt(Draws * share * (1 - share)));
        }

        Assert.InRange(square, 0, 27.9);
    }
}
