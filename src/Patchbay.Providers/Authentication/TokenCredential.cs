namespace Patchbay.Providers;

/// <summary>An access token that expires, sent as <c>Authorization: Bearer TOKEN</c>.</summary>
/// <param name="provider">The slug of the provider, for the log.</param>
/// <param name="source">Gives whole header values, so that a request makes none.</param>
internal sealed class TokenCredential(string provider, TokenSource<string> source) : Credential
{
    private readonly TokenCache<string> _cache = new(provider, source);

    public override ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CredentialContext context, CancellationToken cancellationToken)
    {
        var value = _cache.GetAsync(context, cancellationToken);
        if (!value.IsCompletedSuccessfully)
        {
            return WaitAsync(request, value);
        }

        Add(request, value.Result);
        return default;
    }

    public override void Refused(CredentialContext context) => _cache.Refused(context);

    private static async ValueTask WaitAsync(HttpRequestMessage request, ValueTask<string> value) => Add(request, await value);

    private static void Add(HttpRequestMessage request, string value) =>
        request.Headers.TryAddWithoutValidation("Authorization", value);
}
