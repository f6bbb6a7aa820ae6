namespace Patchbay.Server.Tests;

public sealed class StartMessageTests
{
    private static readonly StartFacts Facts = new()
    {
        Version = "1.2.3",
        Address = new Uri("http://127.0.0.1:8080"),
        Data = "/srv/patchbay",
        Database = "sqlite",
        Key = new KeyFile("/srv/patchbay/master.key", "sk-pb-v1-example", IsNew: true),
        Catalog = new CatalogCounts(70, 1, 490, 12, 1400, 15, "openai/gpt-test"),
        ConfigFile = "/srv/patchbay.yaml",
        HasConsole = true,
    };

    [Fact]
    public void It_says_where_the_server_is_and_how_to_try_it()
    {
        var text = StartMessage.Write(Facts, colour: false);

        Assert.Contains("API      http://127.0.0.1:8080/api/v1\n", text, StringComparison.Ordinal);
        Assert.Contains("Console  http://127.0.0.1:8080/#key=sk-pb-v1-example\n", text, StringComparison.Ordinal);
        Assert.Contains("/srv/patchbay/master.key  (made just now", text, StringComparison.Ordinal);
        Assert.Contains("12 of 490 can be called, through 1 of 70 providers", text, StringComparison.Ordinal);
        Assert.Contains("curl http://127.0.0.1:8080/api/v1/chat/completions", text, StringComparison.Ordinal);
        Assert.Contains("\"model\": \"openai/gpt-test\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_model_to_call_it_says_what_to_do_next()
    {
        var text = StartMessage.Write(
            Facts with { Catalog = new CatalogCounts(70, 0, 490, 0, 1400, 0, null) }, colour: false);

        Assert.Contains("none of 490 can be called", text, StringComparison.Ordinal);
        Assert.Contains("export OPENAI_API_KEY=", text, StringComparison.Ordinal);
        Assert.Contains("--demo", text, StringComparison.Ordinal);
        Assert.DoesNotContain("curl", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_the_environment_is_not_shown()
    {
        var text = StartMessage.Write(Facts with { Key = null }, colour: false);

        Assert.DoesNotContain("#key=", text, StringComparison.Ordinal);
        Assert.Contains("Bearer $PATCHBAY_MASTER_KEY", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_demo_is_labelled_as_simulated() =>
        Assert.Contains("simulated", StartMessage.Write(Facts with { Demo = true }, colour: false), StringComparison.Ordinal);

    [Fact]
    public void There_is_no_escape_code_unless_colour_was_asked_for()
    {
        Assert.DoesNotContain('\e', StartMessage.Write(Facts, colour: false));
        Assert.Contains('\e', StartMessage.Write(Facts, colour: true));
    }
}
