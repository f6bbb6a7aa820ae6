namespace Patchbay.Benchmarks.Tests;

public sealed class HoldAndSettleTests
{
    [Fact]
    public async Task The_books_are_what_the_measured_requests_were_charged()
    {
        // It throws when they are not.
        var told = await HoldAndSettle.MeasureAsync(TimeSpan.FromSeconds(1), null, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper!.WriteLine(told);
        Assert.StartsWith("sqlite: ", told, StringComparison.Ordinal);
        Assert.EndsWith("charged, nothing held\n", told, StringComparison.Ordinal);
    }
}
