using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

public sealed class BuiltInDataTests(ITestOutputHelper output)
{
    private static readonly CatalogSnapshot Snapshot = BuiltIn.Build();

    [Fact]
    public void The_catalogue_holds_120_providers_1000_models_and_2500_endpoints()
    {
        var endpoints = Snapshot.Models.SelectMany(model => model.Endpoints).ToArray();
        var callable = endpoints.Where(endpoint => endpoint.PriceKnown && endpoint.UpstreamModel.Length > 0).ToArray();
        output.WriteLine($"{Snapshot.Providers.Length} providers, {Snapshot.Models.Length} models, {endpoints.Length} endpoints; "
            + $"{callable.Length} with id and price at {callable.Select(e => e.Provider.Slug).Distinct().Count()} providers; "
            + string.Join(", ", callable.CountBy(e => e.Provider.Protocol).OrderByDescending(p => p.Value).Select(p => $"{p.Key} {p.Value}")));
        Assert.True(Snapshot.Providers.Length >= 120);
        Assert.True(Snapshot.Models.Length >= 1_000);
        Assert.True(callable.Length >= 2_300);
        Assert.True(endpoints.Length >= 2_500);
        Assert.Equal(BuiltIn.Data.Endpoints.Length, endpoints.Length);
        Assert.True(Snapshot.Models.Sum(model => model.Benchmarks.Count) >= 350);
    }

    [Theory]
    [InlineData("openai/gpt-5", Parameters.Seed | Parameters.ParallelToolCalls, Parameters.Temperature | Parameters.TopP)]
    [InlineData("openai/gpt-4o", Parameters.Temperature | Parameters.ParallelToolCalls | Parameters.Prediction, Parameters.TopK)]
    [InlineData("z-ai/glm-5.2", Parameters.Temperature | Parameters.TopP | Parameters.Seed | Parameters.TopK, Parameters.None)]
    public void What_a_list_does_not_speak_of_may_be_sent_and_what_it_leaves_out_may_not(
        string slug, Parameters sendable, Parameters not)
    {
        Assert.True(Snapshot.TryGetModel(slug, out var model));
        var endpoint = model.Endpoints.First(e => e.Provider.Slug == slug.Split('/')[0]);
        Assert.Equal(sendable, endpoint.Sendable & (sendable | not));
        Assert.Equal(endpoint.Supported, endpoint.Supported & endpoint.Sendable);
    }

    [Fact]
    public void A_model_without_a_temperature_takes_no_sampling_and_an_operators_list_is_exact()
    {
        var fixedOnes = BuiltIn.Data.Models.Where(model => model.Temperature == false).Select(model => model.Slug).ToArray();
        Assert.True(fixedOnes.Length > 20, $"{fixedOnes.Length} models");
        Assert.All(
            fixedOnes.SelectMany(slug => Snapshot.TryGetModel(slug, out var model) ? model.Endpoints : []),
            endpoint => Assert.Equal(
                endpoint.Supported & Parameters.Temperature, endpoint.Sendable & Parameters.Temperature));

        var own = BuiltIn.Build("""
            models:
              - slug: acme/m
                context_length: 8000
                supported_parameters: [max_tokens, tools]
                endpoints: [{ provider: groq, model: m, price: { prompt: "0", completion: "0" } }]
            """);
        Assert.True(own.TryGetModel("acme/m", out var model));
        Assert.Equal(Parameters.MaxTokens | Parameters.Tools, Assert.Single(model.Endpoints).Sendable);
    }

    [Fact]
    public void Every_quirk_is_one_that_is_honoured() =>
        Assert.All(Snapshot.Providers.SelectMany(provider => provider.Quirks), quirk => Assert.True(ProviderQuirks.IsKnown(quirk), quirk));

    [Fact]
    public void Slugs_are_unique()
    {
        Assert.Equal(Snapshot.Models.Length, Snapshot.Models.Select(model => model.Slug).Distinct().Count());
        Assert.Equal(Snapshot.Providers.Length, Snapshot.Providers.Select(provider => provider.Slug).Distinct().Count());
        var ids = Snapshot.Models.SelectMany(model => model.Endpoints).Select(endpoint => endpoint.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Tags_are_unique_within_a_model()
    {
        foreach (var model in Snapshot.Models)
        {
            var tags = model.Endpoints.Select(endpoint => endpoint.Tag).ToArray();
            Assert.True(tags.Length == tags.Distinct().Count(), $"{model.Slug}: {string.Join(", ", tags)}");
        }
    }

    [Fact]
    public void Every_endpoint_names_a_known_model_and_provider()
    {
        var models = BuiltIn.Data.Models.Select(model => model.Slug).ToHashSet();
        var providers = BuiltIn.Data.Providers.Select(provider => provider.Slug).ToHashSet();
        Assert.All(BuiltIn.Data.Endpoints, endpoint =>
        {
            Assert.Contains(endpoint.Model, models);
            Assert.Contains(endpoint.Provider, providers);
        });
    }

    [Fact]
    public void An_endpoint_whose_id_or_price_is_unknown_is_listed_and_never_called()
    {
        var unknown = BuiltIn.Build(("FIREWORKS_API_KEY", "sk-test"), ("OPENAI_API_KEY", "sk-test"), ("PHALA_API_KEY", "sk-test"))
            .Models.SelectMany(model => model.Endpoints)
            .Where(endpoint => !endpoint.PriceKnown || endpoint.UpstreamModel.Length == 0).ToArray();
        Assert.NotEmpty(unknown);
        Assert.All(unknown, endpoint => Assert.False(endpoint.Routable));
    }

    [Fact]
    public void Addresses_end_with_a_slash_and_are_https()
    {
        Assert.All(Snapshot.Providers.Where(provider => provider.BaseUrl is not null), provider =>
        {
            Assert.Equal("https", provider.BaseUrl!.Scheme);
            Assert.EndsWith("/", provider.BaseUrl.AbsoluteUri, StringComparison.Ordinal);
        });
        Assert.True(Snapshot.Providers.Count(provider => provider.BaseUrl is not null) >= 120);
    }

    [Fact]
    public void An_address_with_a_setting_is_known_once_the_variable_is_set()
    {
        Assert.True(Snapshot.TryGetProvider("azure", out var without));
        Assert.Null(without.BaseUrl);
        Assert.Equal(["AZURE_RESOURCE_NAME"], without.MissingSettings);
        Assert.True(BuiltIn.Build(("AZURE_RESOURCE_NAME", "acme")).TryGetProvider("azure", out var with));
        Assert.Equal("https://acme.openai.azure.com/openai/v1/", with.BaseUrl!.AbsoluteUri);
        Assert.True(BuiltIn.Build(("AZURE_RESOURCE_NAME", "acme@evil.example/")).TryGetProvider("azure", out var refused));
        Assert.Null(refused.BaseUrl);
    }

    [Fact]
    public void An_endpoint_of_another_protocol_has_the_address_of_that_protocol()
    {
        var snapshot = BuiltIn.Build(("AZURE_RESOURCE_NAME", "acme"));
        var record = BuiltIn.Data.Endpoints.First(endpoint => endpoint is { Provider: "azure", Protocol: "anthropic" });
        Assert.True(snapshot.TryGetModel(record.Model, out var model));
        var endpoint = model.Endpoints.First(candidate => candidate.Provider.Slug == "azure" && candidate.UpstreamModel == record.Id);
        Assert.Equal("anthropic", endpoint.Provider.Protocol);
        Assert.Equal("https://acme.services.ai.azure.com/anthropic/v1/", endpoint.Provider.BaseUrl!.AbsoluteUri);
        Assert.True(snapshot.TryGetProvider("azure", out var provider));
        Assert.Equal("openai", provider.Protocol);
    }

    [Theory]
    [InlineData("z-ai")]
    [InlineData("minimax")]
    [InlineData("azure")]
    public void Who_speaks_OpenAIs_chat_API_is_called_by_it(string slug)
    {
        Assert.True(Snapshot.TryGetProvider(slug, out var provider));
        Assert.Equal("openai", provider.Protocol);
        var chat = Snapshot.Models.Where(model => model.Kind == Model.ChatKind).SelectMany(model => model.Endpoints)
            .Where(endpoint => endpoint.Provider.Slug == slug && !endpoint.ModelSlug.StartsWith("anthropic/", StringComparison.Ordinal));
        Assert.All(chat, endpoint => Assert.Equal("openai", endpoint.Provider.Protocol));
    }

    [Fact]
    public void An_endpoint_of_another_protocol_has_the_scheme_of_that_protocol()
    {
        var snapshot = BuiltIn.Build("""
            models:
              - slug: google/gemini-2.5-flash
                endpoints: [{ provider: google-ai-studio, model: gemini-2.5-flash, protocol: openai, price: { prompt: "0.0000001", completion: "0.0000004" } }]
            """, ("GEMINI_API_KEY", "k"));
        Assert.True(snapshot.TryGetProvider("google-ai-studio", out var main));
        Assert.Equal(("gemini", "x-goog-api-key"), (main.Protocol, main.Auth));
        Assert.True(snapshot.TryGetModel("google/gemini-2.5-flash", out var model));
        Assert.Contains(model.Endpoints, e => e.Provider is { Slug: "google-ai-studio", Protocol: "openai", Auth: "bearer" });
    }

    [Fact]
    public void Every_scheme_is_one_that_can_be_sent_or_its_provider_is_never_called()
    {
        var odd = new List<string>();
        foreach (var record in BuiltIn.Data.Providers)
        {
            foreach (var word in (record.ApiAuth ?? []).Select(pair => pair.Value).Append(record.Auth))
            {
                if (!AuthScheme.TryParse(word, out _))
                {
                    Assert.Equal("unknown", word);
                    odd.Add(record.Slug);
                }
            }
        }

        output.WriteLine($"No scheme for {string.Join(", ", odd)}");
        Assert.True(BuiltIn.Build(("DEEPGRAM_API_KEY", "dg")).TryGetProvider("deepgram", out var deepgram));
        Assert.False(deepgram.HasCredential);
        Assert.InRange(odd.Count, 1, 5);
    }

    [Fact]
    public void An_endpoint_whose_protocol_is_not_spoken_is_listed_and_never_called()
    {
        var snapshot = CatalogBuilder.Build(
            BuiltIn.Data, null, new FixedCredentials(("ANTHROPIC_API_KEY", "sk-a"), ("OPENAI_API_KEY", "sk-o")), 1,
            words: (protocol, _) => protocol == "openai" ? default(ProtocolWords) : null);
        var all = snapshot.Models.SelectMany(model => model.Endpoints).ToArray();
        var anthropic = all.Where(endpoint => endpoint.Provider.Slug == "anthropic").ToArray();
        Assert.NotEmpty(anthropic);
        Assert.All(anthropic, endpoint => Assert.False(endpoint.Routable));
        Assert.Contains(all, endpoint => endpoint is { Routable: true, Provider.Slug: "openai" });
        Assert.Contains(BuiltIn.Build(("ANTHROPIC_API_KEY", "sk-a")).Models.SelectMany(model => model.Endpoints),
            endpoint => endpoint is { Routable: true, Provider.Slug: "anthropic" });
    }

    [Fact]
    public void Names_of_providers_are_unique()
    {
        var names = Snapshot.Providers.SelectMany(provider => new[] { provider.Slug, provider.Name }.Distinct(StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(names.CountBy(name => name, StringComparer.OrdinalIgnoreCase), pair => pair.Value > 1);
    }

    [Theory]
    [InlineData("""[{"slug":"a/b","parameters":["teperature"]}]""", "teperature")]
    [InlineData("""[{"slug":"a/b","input":["txt"]}]""", "txt")]
    [InlineData("""[{"slug":"a/b","contxt":1}]""", "contxt")]
    public void An_unknown_name_in_the_data_is_an_error(string json, string name)
    {
        var error = Assert.Throws<JsonException>(() => DataReader.Models(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"model":"a/b","prices":{"prompt":"1e-6"}}]""")]
    [InlineData("""[{"model":"a/b","prices":{"prompt":"-1"}}]""")]
    [InlineData("""[{"model":"a/b","prices":{"prompt":"0.0000000000000001"}}]""")]
    [InlineData("""[{"model":"a/b","prices":{"prompt":"9999999999"}}]""")]
    [InlineData("""[{"model":"a/b","context":99999999999}]""")]
    [InlineData("""[{"model":"a/b","ends":"2026-1"}]""")]
    [InlineData("""[{"model":"a/b","disputed":yes}]""")]
    [InlineData("""[{"model":"a/b"}""")]
    [InlineData("""[{"model":"a/b""")]
    [InlineData("")]
    public void Broken_data_is_an_error_and_never_half_a_catalogue(string json)
    {
        var error = Record.Exception(() => DataReader.Endpoints(Encoding.UTF8.GetBytes(json)));
        Assert.True(error is JsonException or OverflowException or ArgumentOutOfRangeException, error?.GetType().Name);
    }

    [Fact]
    public void Escapes_in_the_data_are_decoded()
    {
        var record = Assert.Single(DataReader.Models("""[{"slug":"a/b","name":"\"A\\\u00e9\"","output":[],"parameters":[]}]"""u8.ToArray()));
        Assert.Equal("\"A\\é\"", record.Name);
    }

    [Theory]
    [InlineData("openai", "OpenAI")]
    [InlineData("deepseek", "DeepSeek")]
    [InlineData("groq", "Groq")]
    [InlineData("xai", "xAI")]
    [InlineData("together", "Together")]
    [InlineData("z-ai", "Z.AI")]
    [InlineData("mistral", "Mistral")]
    public void Display_names_are_those_of_the_public_list(string slug, string name)
    {
        Assert.True(Snapshot.TryGetProvider(slug, out var provider));
        Assert.Equal(name, provider.Name);
        Assert.True(Snapshot.TryGetProvider(name.ToUpperInvariant(), out var byName));
        Assert.Same(provider, byName);
    }
}
