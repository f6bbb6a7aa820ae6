using System.Text.RegularExpressions;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads <c>auth</c>, <c>api_key</c> and <c>credentials</c> of a provider.</summary>
internal static partial class AuthReader
{
    /// <summary>Reads the three keys.</summary>
    /// <param name="section">The provider.</param>
    /// <param name="builtIn">The scheme of the built-in provider of this slug; null when there is none.</param>
    public static OperatorAuth Read(YamlSection section, string? builtIn)
    {
        var word = section.Text("auth");
        AuthScheme? scheme = null;
        if (word is not null)
        {
            scheme = Scheme(section, word);
        }
        else if (builtIn is not null && AuthScheme.TryParse(builtIn, out var known))
        {
            scheme = known;
        }

        var keyGiven = section.Has("api_key");
        var key = section.Secret("api_key");
        if (keyGiven && scheme is { FindsCredential: true })
        {
            section.Problem("api_key",
                $"does not belong to 'auth: {word ?? builtIn}', which takes its keys under 'credentials'; write "
                + "'auth: bearer' to send this key.");
        }

        var hasCredentials = section.Has("credentials");
        var incomplete = false;
        AuthSettings? settings = null;
        if (section.Section("credentials") is { } credentials)
        {
            settings = scheme?.Kind switch
            {
                AuthKind.AwsSigV4 => Aws(credentials, out incomplete),
                AuthKind.Google => Google(credentials),
                AuthKind.AzureEntra => Entra(credentials, out incomplete),
                _ => null,
            };
            if (settings is not null)
            {
                credentials.Close();
            }
            else if (word is null || scheme is not null)
            {
                section.Problem("credentials", "is only for 'auth: aws-sigv4', 'google' and 'azure-entra'; a single key is api_key.");
            }
        }

        return new OperatorAuth(word, keyGiven, key, settings, hasCredentials, incomplete);
    }

    private static AuthScheme? Scheme(YamlSection section, string word)
    {
        if (AuthScheme.TryParse(word, out var scheme))
        {
            return scheme;
        }

        section.Problem("auth",
            word.StartsWith("header:", StringComparison.Ordinal) || word.StartsWith("query:", StringComparison.Ordinal)
                ? $"{section.Shown("auth")} does not name a header or parameter that can carry a key."
                : $"{section.Shown("auth")} is not known{NearestName.Suggest(word, AuthScheme.Words)}");
        return null;
    }

    private static AuthSettings Aws(YamlSection section, out bool incomplete)
    {
        var settings = new AuthSettings
        {
            Region = Matching(section, "region", AwsName, "a region such as us-east-1"),
            Service = Matching(section, "service", AwsName, "the name of a service such as bedrock"),
            Profile = section.Text("profile"),
            AccessKeyId = section.Secret("access_key_id"),
            SecretAccessKey = section.Secret("secret_access_key"),
            SessionToken = section.Secret("session_token"),
        };
        var hasId = section.Has("access_key_id");
        var hasSecret = section.Has("secret_access_key");
        if (hasId != hasSecret)
        {
            section.Problem(hasId ? "secret_access_key" : "access_key_id",
                $"is missing; {(hasId ? "access_key_id" : "secret_access_key")} is of no use alone.");
        }
        else if (section.Has("session_token") && !hasId)
        {
            section.Problem("session_token", "is of no use without access_key_id and secret_access_key.");
        }

        if (hasId && section.Has("profile"))
        {
            section.Problem("profile", "contradicts access_key_id; give one of them.");
        }

        incomplete = (hasId && settings.AccessKeyId is null) || (hasSecret && settings.SecretAccessKey is null)
            || (section.Has("session_token") && settings.SessionToken is null);
        return settings;
    }

    private static AuthSettings Google(YamlSection section) => new()
    {
        CredentialsFile = section.Text("credentials_file"),
        Scope = section.Text("scope"),
    };

    private static AuthSettings Entra(YamlSection section, out bool incomplete)
    {
        var settings = new AuthSettings
        {
            TenantId = Matching(section, "tenant_id", Tenant, "a tenant's id or domain"),
            ClientId = section.Text("client_id"),
            ClientSecret = section.Secret("client_secret"),
            Scope = section.Text("scope"),
            Authority = Authority(section),
        };
        incomplete = section.Has("client_secret") && settings.ClientSecret is null;
        return settings;
    }

    private static Uri? Authority(YamlSection section)
    {
        if (section.Text("authority") is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address.PathAndQuery == "/" && address.UserInfo.Length == 0)
        {
            return address;
        }

        section.Problem("authority", $"{section.Shown("authority")} is not an https address without a path.");
        return null;
    }

    private static string? Matching(YamlSection section, string key, Regex pattern, string what)
    {
        if (section.Text(key) is not { } text)
        {
            return null;
        }

        if (pattern.IsMatch(text))
        {
            return text;
        }

        section.Problem(key, $"{section.Shown(key)} is not {what}.");
        return null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex AwsName { get; }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9.-]{1,254}$", RegexOptions.CultureInvariant)]
    private static partial Regex Tenant { get; }
}

/// <summary>What the operator said about a provider's credential.</summary>
/// <param name="Word">The scheme; null when not given.</param>
/// <param name="KeyGiven">Whether <c>api_key</c> stands in the file, even if its variable is not set.</param>
/// <param name="Key">The key.</param>
/// <param name="Settings">What stands under <c>credentials</c>.</param>
/// <param name="HasCredentials">Whether <c>credentials</c> stands in the file.</param>
/// <param name="Incomplete">Whether the variable of a secret below <c>credentials</c> is not set.</param>
internal sealed record OperatorAuth(
    string? Word, bool KeyGiven, string? Key, AuthSettings? Settings, bool HasCredentials, bool Incomplete)
{
    /// <summary>Says nothing, since some of it is secret.</summary>
    public override string ToString() => nameof(OperatorAuth);
}
