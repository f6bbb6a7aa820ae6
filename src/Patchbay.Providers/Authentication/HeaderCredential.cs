namespace Patchbay.Providers;

/// <summary>A key that is sent as it is in a header.</summary>
internal sealed class HeaderCredential(string name, string value) : Credential
{
    public override ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CredentialContext context, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation(name, value);
        return default;
    }

    public override string ToString() => name;
}
