using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_option()
    {
        using var output = new StringWriter();

        Assert.Equal(0, await CommandLine.RunAsync(["--help"], output, TextWriter.Null, Upstream.Token));
        Assert.All(["--urls", "--seed", "--script", "--replay", "--no-log"], option => Assert.Contains(option, output.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--colour")]
    [InlineData("--seed")]
    [InlineData("--seed", "x")]
    [InlineData("--urls", "ftp://127.0.0.1:1")]
    [InlineData("--urls", "http://example.com:1")]
    [InlineData("--urls", "http://127.0.0.1:0", "--script", "no-such-file.json")]
    public async Task Wrong_arguments_end_with_a_reason(params string[] args)
    {
        using var error = new StringWriter();

        Assert.Equal(2, await CommandLine.RunAsync(args, TextWriter.Null, error, Upstream.Token));
        Assert.NotEqual("", error.ToString());
    }

    [Fact]
    public async Task It_says_where_it_listens_and_stops_when_told()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Upstream.Token);
        using var output = new Listener(stop);

        var code = await CommandLine.RunAsync(["--urls", "http://127.0.0.1:0", "--seed", "7"], output, TextWriter.Null, stop.Token);

        Assert.Equal(0, code);
        Assert.Contains("http://127.0.0.1:", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("seed 7", output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Stops the program as soon as it has said that it listens.</summary>
    private sealed class Listener(CancellationTokenSource stop) : StringWriter
    {
        public override Task FlushAsync(CancellationToken cancellationToken) => stop.CancelAsync();
    }
}
