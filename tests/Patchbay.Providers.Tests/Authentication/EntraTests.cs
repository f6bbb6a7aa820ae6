using Patchbay.Core;

namespace Patchbay.Providers.Tests;

public sealed class EntraTests
{
    [Fact]
    public async Task An_application_asks_with_its_secret()
    {
        using var machine = new Machine();
        await using var server = await Server();

        await machine.ApplyAsync("azure-entra", new AuthSettings
        {
            TenantId = "contoso.onmicrosoft.com",
            ClientId = "535fb089-9ff3-47b6-9bfb-4f1264799865",
            ClientSecret = "sampleCred+/=&",
            Authority = server.Address,
        });

        // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#first-case-access-token-request-with-a-shared-secret
        var call = Assert.Single(server.Calls);
        Assert.Equal(("POST", "/contoso.onmicrosoft.com/oauth2/v2.0/token"), (call.Method, call.Path));
        Assert.Equal("application/x-www-form-urlencoded", call.Headers.ContentType.ToString());
        Assert.Equal("client_credentials", call.Field("grant_type"));
        Assert.Equal("535fb089-9ff3-47b6-9bfb-4f1264799865", call.Field("client_id"));
        Assert.Equal("sampleCred+/=&", call.Field("client_secret"));
        Assert.Equal("https://cognitiveservices.azure.com/.default", call.Field("scope"));
    }

    [Fact]
    public async Task What_is_not_configured_comes_from_the_variables_of_azure()
    {
        using var machine = new Machine();
        await using var server = await Server();
        machine["AZURE_TENANT_ID"] = "t";
        machine["AZURE_CLIENT_ID"] = "c";
        machine["AZURE_FEDERATED_TOKEN_FILE"] = machine.Write("token", "eyJ.signed.elsewhere\n");
        machine["AZURE_AUTHORITY_HOST"] = server.Address.AbsoluteUri;

        await machine.ApplyAsync("azure-entra", new AuthSettings { Scope = "https://ai.azure.com/.default" });

        var call = Assert.Single(server.Calls);
        Assert.Equal("/t/oauth2/v2.0/token", call.Path);
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", call.Field("client_assertion_type"));
        Assert.Equal("eyJ.signed.elsewhere", call.Field("client_assertion"));
        Assert.Equal("https://ai.azure.com/.default", call.Field("scope"));
        Assert.Null(call.Field("client_secret"));
    }

    [Fact]
    public async Task A_secret_is_never_sent_without_encryption()
    {
        using var machine = new Machine();
        machine["AZURE_AUTHORITY_HOST"] = "http://login.example/";

        var failure = await Assert.ThrowsAsync<CredentialException>(() => machine.ApplyAsync(
            "azure-entra", new AuthSettings { TenantId = "t", ClientId = "c", ClientSecret = "s" }));

        Assert.Equal(GatewayErrorKind.ProviderAuth, failure.Kind);
        Assert.Contains("not an https address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_part_is_named()
    {
        using var machine = new Machine();

        var failure = await Assert.ThrowsAsync<CredentialException>(() => machine.ApplyAsync(
            "azure-entra", new AuthSettings { TenantId = "t", ClientId = "c" }));

        Assert.Equal(
            "Neither 'credentials.client_secret' nor the environment variable AZURE_CLIENT_SECRET is set.", failure.Message);
    }

    private static Task<TokenServer> Server() =>
        TokenServer.StartAsync(_ => (200, """{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0"}"""));
}
