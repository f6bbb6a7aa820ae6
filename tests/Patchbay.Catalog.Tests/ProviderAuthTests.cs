namespace Patchbay.Catalog.Tests;

public sealed class ProviderAuthTests
{
    [Fact]
    public void What_the_operator_gives_for_a_signature_reaches_the_provider()
    {
        var provider = Provider("""
            auth: aws-sigv4
            credentials:
              region: eu-west-1
              service: bedrock
              access_key_id: ${ID}
              secret_access_key: ${SECRET}
              session_token: token
            """, ("ID", "AKIA"), ("SECRET", "hush-hush"));

        Assert.True(provider.HasCredential);
        Assert.Null(provider.ApiKey);
        Assert.Equal("aws-sigv4", provider.Auth);
        var settings = provider.AuthSettings;
        Assert.Equal(
            ("eu-west-1", "bedrock", "AKIA", "hush-hush", "token", null),
            (settings.Region, settings.Service, settings.AccessKeyId, settings.SecretAccessKey, settings.SessionToken, settings.Profile));
        Assert.DoesNotContain("hush-hush", provider + settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Google_and_entra_take_keys_of_their_own()
    {
        var google = Provider("auth: google\ncredentials: { credentials_file: /etc/key.json, scope: s }").AuthSettings;
        var entra = Provider("""
            auth: azure-entra
            credentials: { tenant_id: contoso.example, client_id: c, client_secret: d, scope: e, authority: "https://login.example" }
            """).AuthSettings;

        Assert.Equal(("/etc/key.json", "s"), (google.CredentialsFile, google.Scope));
        Assert.Equal(
            ("contoso.example", "c", "d", "e", "https://login.example/"),
            (entra.TenantId, entra.ClientId, entra.ClientSecret, entra.Scope, entra.Authority!.AbsoluteUri));
    }

    [Theory]
    [InlineData("auth: aws-sigv4")]
    [InlineData("auth: google")]
    [InlineData("auth: azure-entra")]
    public void A_scheme_that_finds_its_credential_needs_no_key(string auth)
    {
        Assert.True(Provider(auth).HasCredential);
    }

    [Theory]
    [InlineData("query:key")]
    [InlineData("header:xi-api-key")]
    [InlineData("x-goog-api-key")]
    public void A_scheme_that_sends_a_key_needs_one(string auth)
    {
        Assert.False(Provider($"auth: '{auth}'").HasCredential);
        Assert.True(Provider($"auth: '{auth}'\napi_key: k").HasCredential);
    }

    [Fact]
    public void A_secret_whose_variable_is_not_set_is_a_warning_and_no_credential()
    {
        var yaml = File("auth: azure-entra\ncredentials: { tenant_id: contoso.example, client_id: c, client_secret: \"${ENTRA_SECRET}\" }");

        var problem = Assert.Single(OperatorFile.Parse(yaml, "patchbay.yaml", new FixedCredentials(), new HashSet<string>()).Problems);

        Assert.True(problem.IsWarning);
        Assert.Equal("providers[0].credentials.client_secret", problem.Key);
        Assert.Equal(5, problem.Line);
        Assert.False(Build(yaml).HasCredential);
    }

    [Theory]
    [InlineData("anthropic", "x-api-key")]
    [InlineData("gemini", "header:x-goog-api-key")]
    [InlineData("openai", "bearer")]
    public void Without_a_word_about_it_a_key_is_shown_as_the_protocol_wants(string protocol, string scheme)
    {
        var provider = Provider($"protocol: {protocol}\napi_key: secret");

        Assert.Equal(scheme, provider.Auth);
    }

    [Fact]
    public void A_provider_on_this_machine_gets_no_key_unless_one_is_given()
    {
        var yaml = "providers:\n  - slug: acme\n    base_url: http://127.0.0.1:1234/\n    protocol: anthropic\n";

        Assert.Equal("none", Build(yaml).Auth);
        Assert.Equal("x-api-key", Build(yaml + "    api_key: secret\n").Auth);
    }

    private static ProviderListing Provider(string entry, params (string, string)[] env) => Build(File(entry), env);

    private static string File(string entry) =>
        "providers:\n  - slug: acme\n    base_url: https://models.example/\n"
        + string.Concat(entry.Split('\n').Select(line => $"    {line}\n"));

    private static ProviderListing Build(string yaml, params (string, string)[] env)
    {
        var result = OperatorFile.Parse(yaml, "patchbay.yaml", new FixedCredentials(env), new HashSet<string>());
        Assert.DoesNotContain(result.Problems, problem => !problem.IsWarning);
        var catalog = CatalogBuilder.Build(BuiltIn.Data, result.File, new FixedCredentials(env), 1);
        Assert.True(catalog.TryGetProvider("acme", out var provider));
        return provider;
    }
}
