namespace Patchbay.Core;

/// <summary>How a provider's credential is sent, as the configuration and the catalogue write it.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Name">The header or the parameter that carries the key; null for the other kinds.</param>
public readonly record struct AuthScheme(AuthKind Kind, string? Name = null)
{
    private const string HeaderPrefix = "header:";
    private const string QueryPrefix = "query:";
    private const int LongestName = 64;

    // The transport writes these itself; a key in one of them would break the request.
    private static readonly string[] Reserved =
        ["host", "connection", "content-length", "content-type", "expect", "keep-alive", "te", "trailer",
            "transfer-encoding", "upgrade"];

    /// <summary>Every word that <see cref="TryParse"/> takes; NAME stands for any name.</summary>
    public static IReadOnlyList<string> Words { get; } =
        ["bearer", "x-api-key", "api-key", "x-goog-api-key", "header:NAME", "query:NAME", "aws-sigv4", "google",
            "azure-entra", "none"];

    /// <summary>Whether one key is sent as it is. The others make the credential from several things, and find some of them
    /// by themselves.</summary>
    public bool SendsKey => Kind is AuthKind.Bearer or AuthKind.Header or AuthKind.Query;

    /// <summary>Whether it finds its credential by itself: in the environment, in files, or at the machine's metadata
    /// service.</summary>
    public bool FindsCredential => Kind is AuthKind.AwsSigV4 or AuthKind.Google or AuthKind.AzureEntra;

    /// <summary>Reads a word such as <c>bearer</c>, <c>header:x-key</c> or <c>aws-sigv4</c>. False when it is unknown or its
    /// name cannot be the name of a header or parameter.</summary>
    public static bool TryParse(string word, out AuthScheme scheme)
    {
        var found = word switch
        {
            "none" => new AuthScheme(AuthKind.None),
            "bearer" => new AuthScheme(AuthKind.Bearer),
            "x-api-key" or "api-key" or "x-goog-api-key" => new AuthScheme(AuthKind.Header, word),
            "aws-sigv4" => new AuthScheme(AuthKind.AwsSigV4),
            "google" => new AuthScheme(AuthKind.Google),
            "azure-entra" => new AuthScheme(AuthKind.AzureEntra),
            _ => Named(word),
        };
        scheme = found ?? default;
        return found is not null;
    }

    private static AuthScheme? Named(string word)
    {
        if (word.StartsWith(HeaderPrefix, StringComparison.Ordinal))
        {
            var name = word[HeaderPrefix.Length..];
            return IsName(name) && !Reserved.Contains(name, StringComparer.OrdinalIgnoreCase)
                ? new AuthScheme(AuthKind.Header, name)
                : null;
        }

        return word.StartsWith(QueryPrefix, StringComparison.Ordinal) && IsName(word[QueryPrefix.Length..])
            ? new AuthScheme(AuthKind.Query, word[QueryPrefix.Length..])
            : null;
    }

    private static bool IsName(string name)
    {
        if (name.Length is 0 or > LongestName)
        {
            return false;
        }

        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
