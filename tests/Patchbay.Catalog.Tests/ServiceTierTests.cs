using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

public sealed class ServiceTierTests
{
    private const string Yaml = """
        providers:
          - slug: acme
            base_url: http://127.0.0.1:9101/v1
        models:
          - slug: acme/echo
            distillable: true
            endpoints:
              - { provider: acme, model: echo-1, price: { prompt: "0.000002", completion: "0.000004" } }
              - { provider: acme, model: echo-1, service_tier: flex, price: { prompt: "0.000001", completion: "0.000002" } }
              - { provider: acme, model: other, service_tier: priority, price: { prompt: "0.000005", completion: "0.000006" } }
        """;

    [Fact]
    public void Published_prices_of_a_tier_make_an_endpoint_of_its_own()
    {
        var snapshot = Build(new ProtocolWords(Parameters.None, HasServiceTiers: true));
        var tiers = snapshot.Models.SelectMany(model => model.Endpoints)
            .Where(endpoint => endpoint.ServiceTier != ServiceTier.Default).ToArray();

        Assert.Contains(tiers, endpoint => endpoint is { Tag: "openai/flex", ServiceTier: ServiceTier.Flex });
        Assert.Contains(tiers, endpoint => endpoint is { Tag: "openai/priority", ServiceTier: ServiceTier.Priority });
        Assert.All(tiers, tier =>
        {
            var ordinary = tier.ServedAs(ServiceTier.Default);
            Assert.Equal(ServiceTier.Default, ordinary.ServiceTier);
            Assert.Equal((ordinary.UpstreamModel, ordinary.Provider.Slug, ordinary.Region), (tier.UpstreamModel, tier.Provider.Slug, tier.Region));
            Assert.Same(tier, ordinary.ServedAs(tier.ServiceTier));
            Assert.Equal($"{ordinary.Tag}/{ServiceTierNames.Of(tier.ServiceTier)}", tier.Tag);

            // Beyond the first step of the prompt's length the tier's price is not known.
            Assert.Empty(tier.Prices.Tiers);
            Assert.True(ordinary.Prices.Tiers.Count == 0 || tier.ContextLength <= ordinary.Prices.Tiers[0].AbovePromptTokens);
        });
    }

    [Fact]
    public void A_protocol_without_words_for_tiers_has_no_endpoints_of_them() =>
        Assert.DoesNotContain(
            Build(default(ProtocolWords)).Models.SelectMany(model => model.Endpoints),
            endpoint => endpoint.ServiceTier != ServiceTier.Default);

    [Fact]
    public void An_endpoint_supports_and_is_sent_only_what_its_protocol_can_say()
    {
        const Parameters Mute = Parameters.Tools | Parameters.Seed;
        var endpoints = Build(new ProtocolWords(Mute, HasServiceTiers: false)).Models
            .SelectMany(model => model.Endpoints).ToArray();

        Assert.DoesNotContain(endpoints, endpoint => ((endpoint.Supported | endpoint.Sendable) & Mute) != 0);
        Assert.Contains(BuiltIn.Build().Models.SelectMany(model => model.Endpoints), endpoint => (endpoint.Supported & Mute) == Mute);
    }

    [Fact]
    public void The_operators_file_states_tiers_and_whether_a_model_may_be_distilled()
    {
        Assert.True(BuiltIn.Build(Yaml).TryGetModel("acme/echo", out var model));

        Assert.True(model.Distillable);
        Assert.Equal(["acme/flex", "acme", "acme/priority"], model.Endpoints.Select(endpoint => endpoint.Tag));
        Assert.Same(model.Endpoints[1], model.Endpoints[0].ServedAs(ServiceTier.Default));

        // Another model's prices are not this one's.
        Assert.Same(model.Endpoints[2], model.Endpoints[2].ServedAs(ServiceTier.Default));
        Assert.Same(model.Endpoints[0], model.Endpoints[0].ServedAs(null));
    }

    [Fact]
    public void The_operators_file_says_what_a_latest_name_means()
    {
        var snapshot = BuiltIn.Build(Yaml + """

            latest:
              ~openai/gpt-latest: acme/echo
              ~acme/house-latest: acme/echo
            """);

        Assert.True(snapshot.TryGetModel("~openai/gpt-latest", out var known));
        Assert.True(snapshot.TryGetModel("~acme/house-latest", out var own));
        Assert.Equal(("acme/echo", "acme/echo"), (known.Slug, own.Slug));
        Assert.Equal(BuiltIn.Data.Families.Length + 1, snapshot.Latest.Length);
    }

    [Fact]
    public void A_latest_name_without_its_sign_is_a_problem()
    {
        var result = OperatorFile.Parse(
            "latest:\n  openai/gpt-latest: openai/gpt-5\n", "patchbay.yaml", new FixedCredentials(), new HashSet<string>());

        Assert.Contains("must map names such as ~author/family-latest", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    private static CatalogSnapshot Build(ProtocolWords words) =>
        CatalogBuilder.Build(BuiltIn.Data, null, new FixedCredentials(), 1, (_, _) => words);
}
