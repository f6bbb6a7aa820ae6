namespace Patchbay.Server.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("patchbay-cli").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Help_names_every_command_and_the_demo()
    {
        var (code, output, _) = await RunAsync("--help");

        Assert.Equal(0, code);
        Assert.All(
            (string[])["serve", "keys", "catalog", "migrate", "reconcile", "--demo", "--urls", "--data", "--config"],
            word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_misspelt_option_exits_with_2_and_a_suggestion()
    {
        var (code, _, error) = await RunAsync("serve", "--url", "http://127.0.0.1:1");

        Assert.Equal(2, code);
        Assert.Contains("Did you mean --urls?", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--limit", "abc")]
    [InlineData("--limit", "-1")]
    [InlineData("--limit", "0.0000000001")]
    [InlineData("--limit-reset", "daily")]
    [InlineData("--expires", "tomorrow")]
    public async Task A_key_with_a_bad_option_is_not_made(string option, string value)
    {
        var (code, output, error) = await RunAsync("keys", "create", "--name", "test", option, value);

        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Contains(option, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_then_listed_by_its_label()
    {
        var (code, key, _) = await RunAsync(
            "keys", "create", "--data", _data, "--name", "ci", "--limit", "2.50", "--limit-reset", "monthly", "--expires", "2099-01-31");
        var (_, list, _) = await RunAsync("keys", "list", "--data", _data);

        Assert.Equal(0, code);
        Assert.StartsWith("sk-pb-v1-", key, StringComparison.Ordinal);
        Assert.Contains("$2.5 monthly", list, StringComparison.Ordinal);
        Assert.Contains("2099-01-31", list, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Trim(), list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_books_are_in_order()
    {
        var (code, output, _) = await RunAsync("reconcile", "--data", _data);

        Assert.Equal(0, code);
        Assert.Contains("Findings     0", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await PatchbayCommand.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
