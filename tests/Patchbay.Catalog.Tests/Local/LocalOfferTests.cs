namespace Patchbay.Catalog.Tests;

public sealed class LocalOfferTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private static LocalServer Ollama { get; } = new("ollama", "Ollama", "http://127.0.0.1:11434/v1",
    [
        new LocalModel("llama3.2:3b") { ContextLength = 131_072, TakesImages = true, Supported = Core.Parameters.Tools },
        new LocalModel("qwen3:latest"),
    ]);

    [Theory]
    [InlineData("llama3.2:3b", "llama3.2-3b")]
    [InlineData("qwen3:latest", "qwen3")]
    [InlineData("hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M", "llama-3.2-1b-instruct-gguf-q4_k_m")]
    [InlineData("../models/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf", "meta-llama-3.1-8b-instruct-q4_k_m")]
    [InlineData(@"C:\models\Phi 4.gguf", "phi-4")]
    [InlineData("NousResearch/Meta-Llama-3-8B-Instruct", "meta-llama-3-8b-instruct")]
    [InlineData("///", "model")]
    public void A_models_slug_is_the_last_part_of_its_id(string id, string name) => Assert.Equal(name, LocalOffer.NameOf(id));

    [Theory]
    [InlineData("")]
    [InlineData("# mine\n")]
    [InlineData("limits:\n  idle_timeout: 30s # keep\n")]
    [InlineData("providers:\nmodels:\n")]
    [InlineData("providers: # none yet\n")]
    [InlineData("providers:\n  # first\n  - slug: acme   # the one\n    base_url: https://acme.example/v1\n    api_key: k\n\n  # end of providers\n\nmodels:\n  - slug: acme/a\n    endpoints:\n      - provider: acme\n        model: a\n        price: { prompt: \"0\", completion: \"0\" }  # free\n\n# last words\nlimits:\n  max_attempts: 3\n")]
    [InlineData("providers:\n- slug: acme\n  base_url: https://acme.example/v1\n  api_key: k\n  name: >-\n    A long\n    name")]
    [InlineData("models:\n    - slug: openai/gpt-4o\n      endpoints:\n        - provider: openai\n          model: gpt-4o\n          price: {prompt: \"0\", completion: \"0\"}")]
    [InlineData("providers:\r\n  - slug: acme\r\n    base_url: https://acme.example/v1\r\n    api_key: k\r\n")]
    public void Entries_are_put_into_a_file_and_every_line_of_it_stays(string yaml)
    {
        var before = Read(yaml);
        var offer = LocalOffer.Make(before, [Ollama]);

        var text = offer.AddTo(yaml, Now);

        Assert.NotNull(text);
        Assert.True(StaysIn(yaml, text), text);
        var after = Read(text);
        Assert.Equal([.. before.Providers.Select(provider => provider.Slug), "ollama"], after.Providers.Select(provider => provider.Slug));
        Assert.Equal([.. before.Models.Select(model => model.Slug), "ollama/llama3.2-3b", "ollama/qwen3"], after.Models.Select(model => model.Slug));
        Assert.Equal(before.Options.Count, after.Options.Count);
        Assert.True(LocalOffer.Make(after, [Ollama]).IsEmpty);
    }

    [Theory]
    [InlineData("providers: []\n")]
    [InlineData("providers: [{ slug: acme, base_url: \"https://acme.example/v1\", api_key: k }]\n")]
    [InlineData("{ models: [] }\n")]
    public void A_file_in_another_style_is_not_touched(string yaml) =>
        Assert.Null(LocalOffer.Make(Read(yaml), [Ollama]).AddTo(yaml, Now));

    [Fact]
    public void Models_can_be_called_by_the_servers_own_name_and_cost_nothing()
    {
        var file = Read(LocalOffer.Make(new OperatorFile(), [Ollama]).ToString());

        var catalog = CatalogBuilder.Build(CatalogData.Empty, file, new FixedCredentials(), 1);

        Assert.True(catalog.TryGetModel("ollama/llama3.2:3b", out var model));
        Assert.Equal(("ollama/llama3.2-3b", 131_072, Core.Parameters.Tools), (model.Slug, model.ContextLength, model.Supported));
        var endpoint = Assert.Single(model.Endpoints);
        Assert.True(endpoint.Routable);
        Assert.Equal((0L, 0L, "llama3.2:3b"), (endpoint.Prices.Prompt.Femtos, endpoint.Prices.Completion.Femtos, endpoint.UpstreamModel));
        Assert.True(catalog.TryGetModel("ollama/qwen3:latest", out _));
    }

    [Fact]
    public void A_server_that_the_file_knows_keeps_its_name_and_gets_only_what_is_new()
    {
        var file = Read("""
            providers:
              - slug: mine
                base_url: http://localhost:11434/v1
            models:
              - slug: mine/llama
                endpoints: [{ provider: mine, model: "llama3.2:3b" }]
            """);

        var offer = LocalOffer.Make(file, [Ollama]);

        Assert.Equal([("mine/llama", false), ("mine/qwen3", true)], offer.Models.Select(model => (model.Slug!, model.IsNew)));
        Assert.DoesNotContain("providers:", offer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Taken_slugs_get_a_number()
    {
        var file = Read("providers: [{ slug: ollama, base_url: \"http://127.0.0.1:9/v1\" }]\n");
        var two = new LocalServer("vllm", "vLLM", "http://127.0.0.1:8000/v1", [new LocalModel("a/X"), new LocalModel("b/x")]);

        Assert.Equal(["ollama-2/llama3.2-3b", "ollama-2/qwen3", "vllm/x", "vllm/x-2"],
            LocalOffer.Make(file, [Ollama, two]).Models.Select(model => model.Slug));
    }

    private static bool StaysIn(string yaml, string text)
    {
        var lines = yaml.TrimEnd().Split('\n');
        var found = 0;
        foreach (var line in text.Split('\n'))
        {
            found += found < lines.Length && line.TrimEnd('\r') == lines[found].TrimEnd('\r') ? 1 : 0;
        }

        return found == lines.Length && text.Split('\n').All(line => line.EndsWith('\r') || !yaml.Contains('\r', StringComparison.Ordinal) || line.Length == 0);
    }

    private static OperatorFile Read(string yaml)
    {
        var result = OperatorFile.Parse(yaml, "patchbay.yaml", new FixedCredentials(), new HashSet<string> { "limits:idle_timeout", "limits:max_attempts" });
        return result.File ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }
}
