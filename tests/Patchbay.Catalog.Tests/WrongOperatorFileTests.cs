namespace Patchbay.Catalog.Tests;

public sealed class WrongOperatorFileTests
{
    private static readonly HashSet<string> Options = ["Routing:FirstByteTimeout"];

    // Each case: the lines of a file joined by '|', the line and key at fault, and a part of the message.
    [Theory]
    [InlineData("- a", 1, "", "must be a mapping")]
    [InlineData("providers: [", 2, "", "not valid YAML")]
    [InlineData("a: {}|---|b: {}", 3, "", "second document")]
    [InlineData("modles: []", 1, "modles", "did you mean 'models'?")]
    [InlineData("providers: {}", 1, "providers", "must be a list")]
    [InlineData("providers:|  - acme", 2, "providers[0]", "must be a mapping")]
    [InlineData("providers:|  - name: Acme", 2, "providers[0].slug", "is missing")]
    [InlineData("providers:|  - slug: ''", 2, "providers[0].slug", "must not be empty")]
    [InlineData("providers:|  - slug: Ac me", 2, "providers[0].slug", "'Ac me' is not a provider slug")]
    [InlineData("providers:|  - slug: groq|  - slug: groq", 3, "providers[1].slug", "listed twice")]
    [InlineData("providers:|  - slug: acme", 2, "providers[0].base_url", "needs it")]
    [InlineData("providers:|  - slug: groq|    base_url: /v1", 3, "providers[0].base_url", "absolute http or https")]
    [InlineData("providers:|  - slug: groq|    base_url: https://u:p@h/", 3, "providers[0].base_url", "user name or password")]
    [InlineData("providers:|  - slug: groq|    base_url: https://h/?a=b", 3, "providers[0].base_url", "query")]
    [InlineData("providers:|  - slug: groq|    base_url: ${NOWHERE}", 3, "providers[0].base_url", "NOWHERE is not set")]
    [InlineData("providers:|  - slug: groq|    base_ulr: x", 3, "providers[0].base_ulr", "did you mean 'base_url'?")]
    [InlineData("providers:|  - slug: groq|    protocol: opena1", 3, "providers[0].protocol", "did you mean 'openai'?")]
    [InlineData("providers:|  - slug: groq|    auth: basic", 3, "providers[0].auth", "'basic' is not known")]
    [InlineData("providers:|  - slug: groq|    auth: aws-sigv5", 3, "providers[0].auth", "did you mean 'aws-sigv4'?")]
    [InlineData("providers:|  - slug: groq|    auth: 'header:Host'", 3, "providers[0].auth", "does not name a header")]
    [InlineData("providers:|  - slug: groq|    auth: aws-sigv4|    api_key: k", 4, "providers[0].api_key", "under 'credentials'")]
    [InlineData("providers:|  - slug: groq|    credentials: {region: us-east-1}", 3, "providers[0].credentials", "only for 'auth: aws-sigv4'")]
    [InlineData("providers:|  - slug: groq|    auth: aws-sigv4|    credentials: {regoin: us-east-1}", 4,
        "providers[0].credentials.regoin", "did you mean 'region'?")]
    [InlineData("providers:|  - slug: groq|    auth: aws-sigv4|    credentials:|      region: US East", 5,
        "providers[0].credentials.region", "'US East' is not a region")]
    [InlineData("providers:|  - slug: groq|    auth: aws-sigv4|    credentials: {access_key_id: a}", 4,
        "providers[0].credentials.secret_access_key", "is missing")]
    [InlineData("providers:|  - slug: groq|    auth: aws-sigv4|    credentials: {session_token: a}", 4,
        "providers[0].credentials.session_token", "of no use without")]
    [InlineData("providers:|  - slug: groq|    auth: aws-sigv4|    credentials: {access_key_id: a, secret_access_key: b, profile: c}", 4,
        "providers[0].credentials.profile", "contradicts")]
    [InlineData("providers:|  - slug: groq|    auth: google|    credentials: {client_secret: a}", 4,
        "providers[0].credentials.client_secret", "is not a known key")]
    [InlineData("providers:|  - slug: groq|    auth: azure-entra|    credentials: {tenant_id: a/b}", 4,
        "providers[0].credentials.tenant_id", "not a tenant's id")]
    [InlineData("providers:|  - slug: groq|    auth: azure-entra|    credentials: {authority: 'http://login.example'}", 4,
        "providers[0].credentials.authority", "not an https address")]
    [InlineData("providers:|  - slug: groq|    enabled: perhaps", 3, "providers[0].enabled", "neither true nor false")]
    [InlineData("providers:|  - slug: groq|    headers: [a]", 3, "providers[0].headers", "must be a mapping")]
    [InlineData("providers:|  - slug: groq|    headers: {'a b': c}", 3, "providers[0].headers", "not a header name")]
    [InlineData("providers:|  - slug: groq|    headquarters: Germany", 3, "providers[0].headquarters", "country code")]
    [InlineData("providers:|  - slug: groq|    api_key: [a]", 3, "providers[0].api_key", "must be a single value")]
    [InlineData("providers:|  - slug: groq|    api_key: 'a b'", 3, "providers[0].api_key", "must not contain spaces")]
    [InlineData("providers:|  - slug: groq|    quirks: [no_store_params]", 3, "providers[0].quirks[0]", "'no_store_params' is not known; did you mean 'no_store_param'?")]
    [InlineData("providers:|  - slug: groq|    quirks: a", 3, "providers[0].quirks", "must be a list")]
    [InlineData("providers:|  - slug: groq|    data_policy:|      retention_days: -1", 4,
        "providers[0].data_policy.retention_days", "whole number from 0")]
    [InlineData("providers:|  - slug: groq|    data_policy: {train: no}", 3, "providers[0].data_policy.train", "'trains'")]
    [InlineData("providers:|  - slug: groq|    slug: groq", 3, "", "not valid YAML")]
    [InlineData("models:|  - slug: echo|    endpoints: [{provider: groq, model: m, price: {prompt: 0, completion: 0}}]", 2,
        "models[0].slug", "author/name")]
    [InlineData("models:|  - slug: a/b", 2, "models[0].endpoints", "is missing")]
    [InlineData("models:|  - slug: a/b|    endpoints: []", 3, "models[0].endpoints", "at least one")]
    [InlineData("routing:|  first_byte_timeuot: 3", 2, "routing.first_byte_timeuot", "Routing:FirstByteTimeout")]
    [InlineData("routing:|  first_byte_timeout: 3|  firstByteTimeout: 4", 3, "routing.firstByteTimeout", "set twice")]
    public void A_wrong_file_is_refused_with_key_and_line(string lines, int line, string key, string message) =>
        AssertProblem(lines.Replace('|', '\n'), line, key, message);

    // Each case: a line inside a model (five lines down) or its endpoint that is otherwise right.
    [Theory]
    [InlineData("    context_length: 128k", "models[0].context_length", "'128k' is not a whole number")]
    [InlineData("    max_output_tokens: 0", "models[0].max_output_tokens", "from 1")]
    [InlineData("    input_modalities: [txt]", "models[0].input_modalities[0]", "did you mean 'text'?")]
    [InlineData("    output_modalities: text", "models[0].output_modalities", "must be a list")]
    [InlineData("    supported_parameters: [tool]", "models[0].supported_parameters[0]", "did you mean 'tools'?")]
    [InlineData("    created: yesterday", "models[0].created", "whole number")]
    [InlineData("    aliases: [echo]", "models[0].aliases[0]", "author/name")]
    [InlineData("    aliases: [a/b]", "models[0].aliases", "already names")]
    [InlineData("    replace: maybe", "models[0].replace", "neither true nor false")]
    [InlineData("    endpoint: []", "models[0].endpoint", "did you mean 'endpoints'?")]
    [InlineData("      - model: m", "models[0].endpoints[1].provider", "is missing")]
    [InlineData("      - { provider: groq, price: { prompt: 0, completion: 0 } }", "models[0].endpoints[1].model", "is missing")]
    [InlineData("      - { provider: grok, model: m, price: { prompt: 0, completion: 0 } }", "models[0].endpoints[1].provider",
        "did you mean 'groq'?")]
    [InlineData("      - { provider: groq, model: m }", "models[0].endpoints[1].price", "is missing")]
    [InlineData("      - { provider: groq, model: n, price: free }", "models[0].endpoints[1].price", "must be a mapping")]
    [InlineData("      - { provider: groq, model: n, price: { prompt: 0 } }", "models[0].endpoints[1].price.completion",
        "is missing")]
    [InlineData("      - { provider: groq, model: n, price: { prompt: -1, completion: 0 } }",
        "models[0].endpoints[1].price.prompt", "'-1' is not a price in dollars per token.")]
    [InlineData("      - { provider: groq, model: n, price: { prompt: $1, completion: 0 } }",
        "models[0].endpoints[1].price.prompt", "'$1' is not a price")]
    [InlineData("      - { provider: groq, model: n, price: { prompt: 1e-18, completion: 0 } }",
        "models[0].endpoints[1].price.prompt", "'1e-18' is not a price")]
    [InlineData("      - { provider: groq, model: n, price: { prompt: 0, completion: 0, image_input: x } }",
        "models[0].endpoints[1].price.image_input", "dollars per image")]
    [InlineData("      - { provider: groq, model: n, price: { prompt: 0, completion: 0, cached: 0 } }",
        "models[0].endpoints[1].price.cached", "cache_read")]
    [InlineData("      - { provider: groq, model: n, price: { prompt: 0, completion: 0, tiers: [{ prompt: 0 }] } }",
        "models[0].endpoints[1].price.tiers[0].above_prompt_tokens", "is missing")]
    [InlineData("      - { provider: groq, model: n, quantization: q4, price: { prompt: 0, completion: 0 } }",
        "models[0].endpoints[1].quantization", "'q4' is not known")]
    [InlineData("      - { provider: groq, model: n, tag: other, price: { prompt: 0, completion: 0 } }",
        "models[0].endpoints[1].tag", "must be the provider's slug")]
    [InlineData("      - { provider: groq, model: m, price: { prompt: 0, completion: 0 } }", "models[0].endpoints[1].model",
        "listed twice")]
    public void A_wrong_line_of_a_model_is_refused_with_its_key(string wrong, string key, string message)
    {
        const string Model = """
            models:
              - slug: a/b
                endpoints:
                  - { provider: groq, model: m, price: { prompt: "0.000001", completion: "0.000002" } }
            """;
        AssertProblem($"{Model}\n{wrong}\n", 5, key, message);
    }

    [Fact]
    public void A_price_that_looks_like_dollars_per_million_tokens_is_a_warning()
    {
        var result = Parse("""
            models:
              - slug: a/b
                endpoints: [{ provider: groq, model: m, price: { prompt: 3, completion: 15 } }]
            """);
        Assert.NotNull(result.File);
        Assert.Equal(2, result.Problems.Count(problem => problem.IsWarning && problem.Message.Contains("per million")));
    }

    private static void AssertProblem(string yaml, int line, string key, string message)
    {
        var result = Parse(yaml);
        Assert.Null(result.File);
        Assert.True(
            result.Problems.Any(problem => problem.Line == line && problem.Key == key && !problem.IsWarning
                && problem.Message.Contains(message, StringComparison.Ordinal)),
            string.Join('\n', result.Problems));
    }

    private static OperatorFileResult Parse(string yaml) =>
        OperatorFile.Parse(yaml, "patchbay.yaml", new FixedCredentials(), Options);
}
