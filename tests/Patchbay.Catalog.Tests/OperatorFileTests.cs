using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

public sealed class OperatorFileTests
{
    private static readonly HashSet<string> Options = ["Routing:FirstByteTimeout", "Server:TrustedProxies", "Logging:*"];

    private static OperatorFileResult Parse(string yaml, params (string, string)[] env) =>
        OperatorFile.Parse(yaml, "patchbay.yaml", new FixedCredentials(env), Options);

    private static CatalogSnapshot Build(string yaml, params (string, string)[] env)
    {
        var result = Parse(yaml, env);
        Assert.DoesNotContain(result.Problems, problem => !problem.IsWarning);
        return CatalogBuilder.Build(BuiltIn.Data, result.File, new FixedCredentials(env), 1);
    }

    private const string Example = """
        providers:
          - slug: acme              # a built-in provider's slug overrides it; a new slug adds one
            protocol: openai        # openai | openai-responses | anthropic
            base_url: http://127.0.0.1:9101/v1
            api_key: ${ACME_KEY}
        models:
          - slug: acme/echo
            context_length: 128000
            endpoints:
              - provider: acme
                model: echo-1       # the provider's own id
                price: { prompt: "0.000001", completion: "0.000002" }   # USD per token, as strings
        """;

    [Fact]
    public void The_documented_example_gives_a_routable_model()
    {
        var snapshot = Build(Example, ("ACME_KEY", "top-secret"));
        Assert.True(snapshot.TryGetModel("acme/echo", out var model));
        Assert.Equal(128_000, model.ContextLength);
        Assert.Equal("acme", model.Author);
        var endpoint = Assert.Single(model.Endpoints);
        Assert.Equal("http://127.0.0.1:9101/v1/", endpoint.Provider.BaseUrl!.AbsoluteUri);
        Assert.Equal("top-secret", endpoint.Provider.ApiKey);
        Assert.Equal("bearer", endpoint.Provider.Auth);
        Assert.True(endpoint.Routable);
        Assert.Equal(UnitPrice.Parse("0.000001"), endpoint.Prices.Prompt);
        Assert.Equal(UnitPrice.Parse("0.000002"), endpoint.Prices.Completion);
        Assert.Equal(128_000, endpoint.ContextLength);
        Assert.Equal(26, ParameterNames.Of(endpoint.Supported).Count);
    }

    [Fact]
    public void A_key_whose_variable_is_not_set_is_a_warning_and_no_credential()
    {
        var result = Parse(Example);
        var problem = Assert.Single(result.Problems);
        Assert.True(problem.IsWarning);
        Assert.Equal(
            "patchbay.yaml:5: providers[0].api_key: the environment variable ACME_KEY is not set, so this provider has no credential.",
            problem.ToString());
        Assert.True(Build(Example).TryGetModel("acme/echo", out var model));
        Assert.False(model.Endpoints[0].Routable);
    }

    [Fact]
    public void A_new_provider_on_this_machine_needs_neither_key_nor_price()
    {
        var snapshot = Build("""
            providers:
              - { slug: local, base_url: "http://localhost:11434/v1/" }
            models:
              - slug: local/tiny
                endpoints: [{ provider: local, model: tiny }]
            """);
        Assert.True(snapshot.TryGetModel("local/tiny", out var model));
        Assert.Equal("none", model.Endpoints[0].Provider.Auth);
        Assert.True(model.Endpoints[0].Routable);
        Assert.Equal(PriceList.Free, model.Endpoints[0].Prices);
    }

    [Fact]
    public void An_override_of_a_built_in_provider_changes_only_the_given_fields()
    {
        var snapshot = Build("""
            providers:
              - slug: openai
                base_url: http://127.0.0.1:9/v1
                data_policy: { trains: false, retention_days: 0, zdr: true }
            """, ("OPENAI_API_KEY", "sk-a"));
        Assert.True(snapshot.TryGetProvider("openai", out var provider));
        Assert.Equal("OpenAI", provider.Name);
        Assert.Equal("US", provider.Headquarters);
        Assert.Equal("http://127.0.0.1:9/v1/", provider.BaseUrl!.AbsoluteUri);
        Assert.Equal("sk-a", provider.ApiKey);
        Assert.Equal(0, provider.Policy.RetentionDays);
        Assert.True(provider.Policy.RetainsPrompts);
        Assert.True(provider.Policy.Zdr);
    }

    [Fact]
    public void A_disabled_provider_leaves_with_its_endpoints()
    {
        var snapshot = Build("providers: [{ slug: openai, enabled: false }]");
        Assert.False(snapshot.TryGetProvider("openai", out _));
        Assert.DoesNotContain(snapshot.Models.SelectMany(model => model.Endpoints), e => e.Provider.Slug == "openai");
    }

    [Fact]
    public void Endpoints_of_a_built_in_model_replace_those_of_the_same_provider()
    {
        const string Model = """
            models:
              - slug: deepseek/deepseek-chat
                REPLACE
                endpoints:
                  - provider: deepseek
                    model: mine
                    price: { prompt: 1e-7, completion: 0.0000002 }
            """;
        Assert.True(BuiltIn.Build().TryGetModel("deepseek/deepseek-chat", out var before));
        Assert.True(before.Endpoints.Length > 1);

        Assert.True(Build(Model.Replace("REPLACE", "name: Mine", StringComparison.Ordinal))
            .TryGetModel("deepseek/deepseek-chat", out var merged));
        Assert.Equal("Mine", merged.Name);
        Assert.Equal(before.ContextLength, merged.ContextLength);
        Assert.Equal(before.Supported, merged.Supported);
        var own = Assert.Single(merged.Endpoints, endpoint => endpoint.Provider.Slug == "deepseek");
        Assert.Equal("mine", own.UpstreamModel);
        Assert.Equal(100_000_000, own.Prices.Prompt.Femtos);
        Assert.Equal(before.Endpoints.Count(endpoint => endpoint.Provider.Slug != "deepseek"), merged.Endpoints.Length - 1);

        Assert.True(Build(Model.Replace("REPLACE", "replace: true", StringComparison.Ordinal))
            .TryGetModel("deepseek/deepseek-chat", out var replaced));
        Assert.Equal("mine", Assert.Single(replaced.Endpoints).UpstreamModel);
    }

    [Fact]
    public void Tiers_inherit_what_they_do_not_change()
    {
        var snapshot = Build("""
            models:
              - slug: acme/long
                input_modalities: [text, image]
                supported_parameters: [tools]
                created: 1700000000
                aliases: [acme/longest]
                endpoints:
                  - provider: groq
                    model: long
                    quantization: fp8
                    supported_parameters: [seed]
                    price:
                      prompt: 0.000001
                      completion: 0.000002
                      request: "0.01"
                      tiers: [{ above_prompt_tokens: 200000, prompt: 0.000003 }]
            """);
        Assert.True(snapshot.TryGetModel("acme/longest", out var model));
        Assert.Equal(Modalities.Text | Modalities.Image, model.Input);
        Assert.Equal(Parameters.Tools, model.Supported);
        var endpoint = Assert.Single(model.Endpoints);
        Assert.Equal("groq/fp8", endpoint.Tag);
        Assert.Equal(Parameters.Seed, endpoint.Supported);
        Assert.Equal(endpoint.Prices.Prompt, endpoint.Prices.ForPrompt(200_000).Prompt);
        var above = endpoint.Prices.ForPrompt(200_001);
        Assert.Equal(UnitPrice.Parse("0.000003"), above.Prompt);
        Assert.Equal(UnitPrice.Parse("0.000002"), above.Completion);
        Assert.Equal(UnitPrice.Parse("0.01"), above.Request);
    }

    [Fact]
    public void Settings_become_flat_keys_with_the_spelling_of_the_server()
    {
        var result = Parse("""
            routing:
              first_byte_timeout: ${TIMEOUT:-30s}
            server:
              trusted_proxies: [10.0.0.1, 10.0.0.2]
            logging:
              LogLevel: { Default: Debug }
            """);
        Assert.Empty(result.Problems);
        Assert.Equal("30s", result.File!.Options["Routing:FirstByteTimeout"].Value);
        Assert.Equal(2, result.File.Options["Routing:FirstByteTimeout"].Line);
        Assert.Equal("10.0.0.2", result.File.Options["Server:TrustedProxies:1"].Value);
        Assert.Equal("Debug", result.File.Options["Logging:LogLevel:Default"].Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("providers:\nmodels: []\n")]
    public void An_empty_file_is_no_problem(string yaml)
    {
        var result = Parse(yaml);
        Assert.Empty(result.Problems);
        Assert.NotNull(result.File);
    }

    [Fact]
    public void All_problems_are_reported_at_once_in_the_order_of_lines()
    {
        var result = Parse("""
            providers:
              - slug: BAD SLUG
                base_url: ftp://x
              - slug: groq
                enabled: perhaps
            modles: []
            """);
        Assert.Null(result.File);
        Assert.Equal([2, 3, 5, 6], result.Problems.Select(problem => problem.Line));
    }

    [Fact]
    public void Secrets_do_not_appear_in_problems()
    {
        var result = Parse("""
            providers:
              - slug: acme
                base_url: https://user:hunter2@example.com/
                api_key: ${KEY}
                auth: ${KEY}
                headquarters: ${KEY}
                headers: { X-Key: "${KEY}\u00e9" }
                quirks: ${KEY}
            models:
              - slug: ${KEY}
                supported_parameters: ["${KEY}"]
                endpoints: [{ provider: "${KEY}", model: m, tag: "${KEY}" }]
            """, ("KEY", "sk-very-secret"));
        Assert.True(result.Problems.Count >= 7);
        Assert.All(result.Problems, problem =>
        {
            Assert.DoesNotContain("sk-very-secret", problem.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
        });
    }
}
