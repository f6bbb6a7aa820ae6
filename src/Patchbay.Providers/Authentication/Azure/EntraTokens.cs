using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Access tokens of Microsoft Entra ID by client credentials
/// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow), with a client secret or, where
/// there is none, with a federated token from a file
/// (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). What the operator did not give is taken from
/// the variables that Azure's own libraries read.</summary>
internal sealed class EntraTokens(AuthSettings settings) : TokenSource<string>
{
    private const string DefaultScope = "https://cognitiveservices.azure.com/.default";
    private const string DefaultAuthority = "https://login.microsoftonline.com/";
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    public override async Task<Token<string>> FetchAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        var tenant = settings.TenantId ?? context.Variable("AZURE_TENANT_ID") ?? throw Missing("tenant_id", "AZURE_TENANT_ID");
        var client = settings.ClientId ?? context.Variable("AZURE_CLIENT_ID") ?? throw Missing("client_id", "AZURE_CLIENT_ID");
        var address = new Uri(Authority(context), $"{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token");
        var request = TokenRequest.Post(address)
            .WithField("grant_type", "client_credentials")
            .WithField("client_id", client)
            .WithField("scope", settings.Scope ?? DefaultScope);
        if ((settings.ClientSecret ?? context.Variable("AZURE_CLIENT_SECRET")) is { } secret)
        {
            request.WithField("client_secret", secret);
        }
        else if (context.Variable("AZURE_FEDERATED_TOKEN_FILE") is { } file)
        {
            var assertion = await File.ReadAllTextAsync(file, cancellationToken);
            request.WithField("client_assertion_type", AssertionType).WithField("client_assertion", assertion.Trim());
        }
        else
        {
            throw Missing("client_secret", "AZURE_CLIENT_SECRET");
        }

        var asked = context.Clock.GetUtcNow();
        return AccessToken.Read(await TokenService.AskAsync(context, request, cancellationToken), address, asked);
    }

    private Uri Authority(CredentialContext context)
    {
        var text = settings.Authority?.AbsoluteUri ?? context.Variable("AZURE_AUTHORITY_HOST") ?? DefaultAuthority;
        return SecretAddress.Check(text.EndsWith('/') ? text : text + "/", "The authority");
    }

    private static CredentialException Missing(string key, string variable) => new(
        GatewayErrorKind.ProviderAuth,
        $"Neither 'credentials.{key}' nor the environment variable {variable} is set.");
}
