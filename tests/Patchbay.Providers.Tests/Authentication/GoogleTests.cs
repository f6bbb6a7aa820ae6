using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Providers.Tests;

public sealed class GoogleTests
{
    [Fact]
    public async Task A_service_account_signs_a_statement_that_its_public_key_verifies()
    {
        using var machine = new Machine();
        using var key = RSA.Create(2048);
        await using var server = await Server();
        var audience = server.Address.AbsoluteUri + "token";
        machine["GOOGLE_APPLICATION_CREDENTIALS"] = machine.Write("account.json", Account(key, audience));

        using var request = await machine.ApplyAsync("google");

        Assert.Equal("Bearer ya29.token", Assert.Single(request.Headers.GetValues("Authorization")));
        var call = Assert.Single(server.Calls);
        Assert.Equal(("POST", "/token"), (call.Method, call.Path));
        Assert.Equal("urn:ietf:params:oauth:grant-type:jwt-bearer", call.Field("grant_type"));
        var parts = call.Field("assertion")!.Split('.');
        Assert.Equal(3, parts.Length);
        Assert.True(key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]),
            HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal("""{"alg":"RS256","typ":"JWT","kid":"k-1"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var now = machine.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal("robot@project.iam.gserviceaccount.com", claims.RootElement.GetProperty("iss").GetString());
        Assert.Equal("https://www.googleapis.com/auth/cloud-platform", claims.RootElement.GetProperty("scope").GetString());
        Assert.Equal(audience, claims.RootElement.GetProperty("aud").GetString());
        Assert.Equal(now, claims.RootElement.GetProperty("iat").GetInt64());
        Assert.Equal(now + 3600, claims.RootElement.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task The_configured_file_and_scope_win_over_the_environment()
    {
        using var machine = new Machine();
        using var key = RSA.Create(2048);
        await using var server = await Server();
        machine["GOOGLE_APPLICATION_CREDENTIALS"] = machine.Write("other.json", "{}");
        var file = machine.Write("account.json", Account(key, server.Address.AbsoluteUri));

        await machine.ApplyAsync("google", new AuthSettings { CredentialsFile = file, Scope = "https://scope.example" });

        var claims = Base64Url.DecodeFromChars(Assert.Single(server.Calls).Field("assertion")!.Split('.')[1]);
        Assert.Contains("\"scope\":\"https://scope.example\"", Encoding.UTF8.GetString(claims), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_gcloud_left_is_used(bool named)
    {
        using var machine = new Machine();
        await using var server = await Server();
        var folder = named ? "elsewhere" : Path.Combine(".config", "gcloud");
        var file = machine.Write(Path.Combine(folder, "application_default_credentials.json"), $$"""
            {"type":"authorized_user","client_id":"id","client_secret":"sec","refresh_token":"1//r","token_uri":"{{server.Address}}t"}
            """);
        if (named)
        {
            machine["CLOUDSDK_CONFIG"] = Path.GetDirectoryName(file)!;
        }

        await machine.ApplyAsync("google");

        var call = Assert.Single(server.Calls);
        Assert.Equal("refresh_token", call.Field("grant_type"));
        Assert.Equal(("id", "sec", "1//r"), (call.Field("client_id"), call.Field("client_secret"), call.Field("refresh_token")));
    }

    [Fact]
    public async Task A_machine_of_google_gives_its_own_token()
    {
        using var machine = new Machine();
        await using var server = await Server();
        machine["GCE_METADATA_HOST"] = server.Address.Authority;

        using var request = await machine.ApplyAsync("google");

        Assert.Equal("Bearer ya29.token", Assert.Single(request.Headers.GetValues("Authorization")));
        var call = Assert.Single(server.Calls);
        Assert.Equal("Google", call.Headers["Metadata-Flavor"].ToString());
        Assert.StartsWith("/computeMetadata/v1/instance/service-accounts/default/token?scopes=https", call.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_credentials_it_says_where_it_looked()
    {
        using var machine = new Machine();
        machine["GCE_METADATA_HOST"] = "127.0.0.1:1";

        var failure = await Assert.ThrowsAsync<CredentialException>(() => machine.ApplyAsync("google"));

        Assert.Equal(GatewayErrorKind.ProviderAuth, failure.Kind);
        Assert.Contains("GOOGLE_APPLICATION_CREDENTIALS", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"external_account"}""", GatewayErrorKind.ProviderAuth, "'external_account'")]
    [InlineData("""{"type":"service_account","private_key":"x"}""", GatewayErrorKind.ProviderAuth, "no 'client_email'")]
    [InlineData("""{"type":"service_account","client_email":"a","private_key":"hush-hush"}""", GatewayErrorKind.ProviderAuth, "private key")]
    [InlineData("""{"type":"authorized_user","client_id":"a","client_secret":"hush-hush"}""", GatewayErrorKind.ProviderAuth, "'refresh_token'")]
    [InlineData("""{"type":"authorized_user","token_uri":"http://evil.example/"}""", GatewayErrorKind.ProviderAuth, "not an https")]
    [InlineData("hush-hush", GatewayErrorKind.ProviderMalformed, "not what it should be")]
    public async Task A_file_that_cannot_be_used_is_explained_without_its_secrets(string text, GatewayErrorKind kind, string message)
    {
        using var machine = new Machine();
        machine["GOOGLE_APPLICATION_CREDENTIALS"] = machine.Write("file.json", text);

        var failure = await Assert.ThrowsAsync<CredentialException>(() => machine.ApplyAsync("google"));

        Assert.Equal(kind, failure.Kind);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failure.Message + string.Concat(machine.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        using var machine = new Machine();
        var path = Path.Combine(machine.Home, "nowhere.json");

        var failure = await Assert.ThrowsAsync<CredentialException>(
            () => machine.ApplyAsync("google", new AuthSettings { CredentialsFile = path }));

        Assert.Equal(path + " cannot be read.", failure.Message);
    }

    private static string Account(RSA key, string tokenAddress) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["type"] = "service_account",
        ["project_id"] = "project",
        ["private_key_id"] = "k-1",
        ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = "robot@project.iam.gserviceaccount.com",
        ["token_uri"] = tokenAddress,
    });

    private static Task<TokenServer> Server() =>
        TokenServer.StartAsync(_ => (200, """{"access_token":"ya29.token","expires_in":3599,"token_type":"Bearer"}"""));
}
