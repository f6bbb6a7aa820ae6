using Patchbay.Routing;

namespace Patchbay.Server.Tests;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("patchbay-config").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_anything_the_defaults_hold()
    {
        var settings = Read().Configuration!.Settings;

        Assert.Equal("http://127.0.0.1:8080", settings.Server.Urls);
        Assert.Equal("./data", settings.Server.Data);
        Assert.Equal(TimeSpan.FromSeconds(60), settings.Limits.IdleTimeout);
        Assert.Equal("team", settings.Billing.Mode);
        Assert.Null(settings.Telemetry.OtlpEndpoint);
    }

    [Fact]
    public void The_file_beats_the_default_the_environment_beats_the_file_and_the_command_line_beats_both()
    {
        Write("server: { urls: \"http://127.0.0.1:1\", data: from-file }\nlimits: { idle_timeout: 7s, max_attempts: 2 }\n");
        var result = Read(
            new CommandLineValues { Urls = "http://127.0.0.1:3" },
            ("PATCHBAY__SERVER__URLS", "http://127.0.0.1:2"), ("PATCHBAY__LIMITS__IDLE_TIMEOUT", "8s"));

        var settings = result.Configuration!.Settings;
        Assert.Equal("http://127.0.0.1:3", settings.Server.Urls);
        Assert.Equal("from-file", settings.Server.Data);
        Assert.Equal(TimeSpan.FromSeconds(8), settings.Limits.IdleTimeout);
        Assert.Equal(2, settings.Limits.MaxAttempts);
    }

    [Fact]
    public void The_operators_preferences_are_read_from_file_and_environment()
    {
        Write("""
            routing:
              only: [openai, Amazon Bedrock]
              zdr: true
              max_price: { prompt: 3, completion: "15.5" }
              preferred_min_throughput: p50=40, p90=20
              data_regions: eu
            """);

        var routing = Read(new CommandLineValues(), ("PATCHBAY__ROUTING__IGNORE", "groq, azure"), ("PATCHBAY__ROUTING__SORT", "price"))
            .Configuration!.Settings.Routing;

        Assert.Equal("routing", routing.Path);
        Assert.Equal(["openai", "Amazon Bedrock"], routing.Only);
        Assert.Equal(["groq", "azure"], routing.Ignore);
        Assert.Equal(["eu"], routing.DataRegions);
        Assert.True(routing.Zdr);
        Assert.Equal(RouteSort.Price, routing.Sort);
        Assert.Equal(new PriceCeiling(3, 15.5m), routing.MaxPrice);
        Assert.Equal(new PercentileLimits(40, P90: 20), routing.PreferredMinThroughput);
    }

    [Theory]
    [InlineData("quantizations: int3")]
    [InlineData("sort: fastest")]
    [InlineData("max_price: { prompt: cheap }")]
    [InlineData("preferred_max_latency: p51=3")]
    [InlineData("zdr: perhaps")]
    public void A_preference_that_is_none_is_a_problem(string line)
    {
        Write($"routing:\n  {line}\n");

        Assert.Contains("is not valid; it takes", Assert.Single(Read().Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_value_names_file_line_key_and_what_it_takes()
    {
        Write("limits:\n  max_attempts: 3\n  idle_timeout: soon\n");

        var result = Read();

        Assert.Null(result.Configuration);
        var problem = Assert.Single(result.Problems);
        Assert.Equal(("patchbay.yaml", 3), (problem.File, problem.Line));
        Assert.StartsWith("patchbay.yaml:3: limits.idle_timeout: 'soon' is not valid; it takes a duration",
            ProblemList.Line(problem), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_in_the_file_suggests_the_nearest()
    {
        Write("limits:\n  idle_timout: 5s\n");

        var problem = Assert.Single(Read().Problems);

        Assert.Equal(2, problem.Line);
        Assert.Contains("idle_timeout", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_variable_suggests_the_nearest()
    {
        var result = Read(null, ("PATCHBAY__LIMIT__IDLE_TIMEOUT", "5s"));

        Assert.Null(result.Configuration);
        Assert.Equal(
            "environment: PATCHBAY__LIMIT__IDLE_TIMEOUT: is not a known setting; did you mean PATCHBAY__LIMITS__IDLE_TIMEOUT?",
            ProblemList.Line(Assert.Single(result.Problems)));
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        Write("limits: { max_attempts: 0 }\nbilling: { mode: shop }\n");

        var result = Read(new CommandLineValues { Urls = "ftp://x" }, ("PATCHBAY_MASTER_KEY", "short"));

        Assert.Equal(4, result.Problems.Count);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://127.0.0.1:8080;http://[::]:8080")]
    [InlineData("http://patchbay.example:80")]
    public void An_address_that_others_can_reach_needs_a_chosen_master_key(string urls)
    {
        var values = new CommandLineValues { Urls = urls };

        Assert.Contains("PATCHBAY_MASTER_KEY", Assert.Single(Read(values).Problems).Message, StringComparison.Ordinal);
        Assert.NotNull(Read(values, ("PATCHBAY_MASTER_KEY", "a-secret-of-some-length")).Configuration);
    }

    [Theory]
    [InlineData("http://localhost:5000")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.9.9.9:80;http://[::1]:80")]
    public void A_loopback_address_needs_none(string urls) =>
        Assert.NotNull(Read(new CommandLineValues { Urls = urls }).Configuration);

    [Theory]
    [InlineData("https://127.0.0.1:8080")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("http://127.0.0.1:8080/base")]
    [InlineData(" ; ")]
    public void Other_addresses_are_refused(string urls) =>
        Assert.Contains("http addresses",
            Assert.Single(Read(new CommandLineValues { Urls = urls }).Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void A_named_file_must_exist()
    {
        var result = Read(new CommandLineValues { Config = "other.yaml" });

        Assert.Null(result.Configuration);
        Assert.Contains("no such file", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_customary_variable_of_telemetry_counts_unless_the_setting_is_given()
    {
        Assert.Equal("http://collector:4317/",
            Read(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"))
                .Configuration!.Settings.Telemetry.OtlpEndpoint!.AbsoluteUri);
        Assert.Equal("http://own:4317/",
            Read(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"),
                    ("PATCHBAY__TELEMETRY__OTLP_ENDPOINT", "http://own:4317"))
                .Configuration!.Settings.Telemetry.OtlpEndpoint!.AbsoluteUri);
    }

    [Fact]
    public void Settings_do_not_print_their_secrets()
    {
        var settings = Read(null, ("PATCHBAY_MASTER_KEY", "a-secret-of-some-length")).Configuration!.Settings;

        Assert.DoesNotContain("secret", settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_default_is_a_value_that_the_setting_takes()
    {
        var defaults = new PatchbaySettings();

        Assert.All(
            SettingList.All.Where(setting => setting.Key != "telemetry:otlp_endpoint"),
            setting => Assert.Equal(setting.Show(defaults), setting.Show(setting.Apply(defaults, setting.Show(defaults))!)));
    }

    private void Write(string yaml) => File.WriteAllText(Path.Combine(_folder, "patchbay.yaml"), yaml);

    private ConfigurationResult Read(CommandLineValues? values = null, params (string Name, string Value)[] environment) =>
        new ConfigurationReader(
            values ?? new CommandLineValues(), environment.ToDictionary(pair => pair.Name, pair => pair.Value), _folder).Read();
}
