using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Google access tokens by Application Default Credentials
/// (https://cloud.google.com/docs/authentication/application-default-credentials): the operator's file, the file that
/// GOOGLE_APPLICATION_CREDENTIALS names, gcloud's own file, the metadata server of the machine; in this order.</summary>
internal sealed class GoogleTokens(AuthSettings settings) : TokenSource<string>
{
    private const string DefaultScope = "https://www.googleapis.com/auth/cloud-platform";
    private const string DefaultTokenAddress = "https://oauth2.googleapis.com/token";
    private const string WellKnownFile = "application_default_credentials.json";
    private const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private string Scope => settings.Scope ?? DefaultScope;

    public override async Task<Token<string>> FetchAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        var path = settings.CredentialsJson is null ? FilePath(context) : "The credential";
        if (path is null)
        {
            return await AskMachineAsync(context, cancellationToken);
        }

        using var document = settings.CredentialsJson is { } given
            ? JsonDocument.Parse(given)
            : JsonDocument.Parse(await ReadAsync(path, cancellationToken));
        var file = document.RootElement;
        var request = Text(file, "type") switch
        {
            "service_account" => ServiceAccount(file, path, context.Clock.GetUtcNow()),
            "authorized_user" => User(file, path),
            var type => throw new CredentialException(GatewayErrorKind.ProviderAuth,
                $"{path} holds credentials of the type '{Shown(type)}'; 'service_account' and 'authorized_user' can be used."),
        };
        var asked = context.Clock.GetUtcNow();
        return AccessToken.Read(await TokenService.AskAsync(context, request, cancellationToken), request.Address, asked);
    }

    // https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
    private TokenRequest ServiceAccount(JsonElement file, string path, DateTimeOffset now)
    {
        var address = TokenAddress(file);
        var assertion = ServiceAccountJwt.Create(
            Required(file, "private_key", path), Text(file, "private_key_id"), Required(file, "client_email", path), Scope, address, now);
        return TokenRequest.Post(address).WithField("grant_type", JwtBearer).WithField("assertion", assertion);
    }

    // https://developers.google.com/identity/protocols/oauth2/web-server#offline
    private static TokenRequest User(JsonElement file, string path) =>
        TokenRequest.Post(TokenAddress(file))
            .WithField("grant_type", "refresh_token")
            .WithField("client_id", Required(file, "client_id", path))
            .WithField("client_secret", Required(file, "client_secret", path))
            .WithField("refresh_token", Required(file, "refresh_token", path));

    // https://cloud.google.com/compute/docs/metadata/querying-metadata
    private async Task<Token<string>> AskMachineAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        var host = context.Variable("GCE_METADATA_HOST") ?? "metadata.google.internal";
        var address = new Uri($"http://{host}/computeMetadata/v1/instance/service-accounts/default/token?scopes={Uri.EscapeDataString(Scope)}");
        var request = new TokenRequest(HttpMethod.Get, address) { Within = TimeSpan.FromSeconds(3), Tries = 2 }
            .WithHeader("Metadata-Flavor", "Google");
        var asked = context.Clock.GetUtcNow();
        try
        {
            return AccessToken.Read(await TokenService.AskAsync(context, request, cancellationToken), address, asked);
        }
        catch (CredentialException exception) when (
            exception.Kind == GatewayErrorKind.ProviderUnreachable && exception.InnerException is not null)
        {
            throw new CredentialException(GatewayErrorKind.ProviderAuth,
                "No Google credentials were found: 'credentials.credentials_file' and GOOGLE_APPLICATION_CREDENTIALS are not "
                + $"set, gcloud has no {WellKnownFile}, and there is no metadata server.", exception);
        }
    }

    private string? FilePath(CredentialContext context)
    {
        if ((settings.CredentialsFile ?? context.Variable("GOOGLE_APPLICATION_CREDENTIALS")) is { } given)
        {
            return given;
        }

        var folder = context.Variable("CLOUDSDK_CONFIG")
            ?? (OperatingSystem.IsWindows() && context.Variable("APPDATA") is { } data ? Path.Combine(data, "gcloud")
                : context.HomeFolder is { } home ? Path.Combine(home, ".config", "gcloud") : null);
        return folder is not null && Path.Combine(folder, WellKnownFile) is var path && File.Exists(path) ? path : null;
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException(GatewayErrorKind.ProviderAuth, $"{path} cannot be read.", exception);
        }
    }

    private static Uri TokenAddress(JsonElement file) =>
        SecretAddress.Check(Text(file, "token_uri") ?? DefaultTokenAddress, "The 'token_uri' of the credentials");

    private static string Required(JsonElement file, string name, string path) =>
        Text(file, name) ?? throw new CredentialException(GatewayErrorKind.ProviderAuth, $"{path} has no '{name}'.");

    private static string? Text(JsonElement file, string name) =>
        file.ValueKind == JsonValueKind.Object && file.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static string Shown(string? type) => type is null or { Length: > 40 } ? "unknown" : type;
}
