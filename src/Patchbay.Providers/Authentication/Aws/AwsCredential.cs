namespace Patchbay.Providers;

/// <summary>A signature over each request, with keys that may have to be fetched first.</summary>
internal sealed class AwsCredential(string provider, TokenSource<SigV4Signer> source) : Credential
{
    private readonly TokenCache<SigV4Signer> _cache = new(provider, source);

    public override ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CredentialContext context, CancellationToken cancellationToken)
    {
        var signer = _cache.GetAsync(context, cancellationToken);
        if (!signer.IsCompletedSuccessfully)
        {
            return WaitAsync(request, body, context, signer);
        }

        signer.Result.Sign(request, body.Span, context.Clock.GetUtcNow());
        return default;
    }

    public override void Refused(CredentialContext context) => _cache.Refused(context);

    private static async ValueTask WaitAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CredentialContext context, ValueTask<SigV4Signer> signer) =>
        (await signer).Sign(request, body.Span, context.Clock.GetUtcNow());
}
