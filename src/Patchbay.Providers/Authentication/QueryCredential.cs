namespace Patchbay.Providers;

/// <summary>A key that is sent as it is in the address.</summary>
internal sealed class QueryCredential(string name, string key) : Credential
{
    private readonly string _parameter = $"{name}={Uri.EscapeDataString(key)}";
    private volatile Addressed? _last;

    public override ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CredentialContext context, CancellationToken cancellationToken)
    {
        // A provider has few addresses, and nearly all calls go to one.
        var address = request.RequestUri!;
        if (_last is not { } last || !ReferenceEquals(last.Without, address))
        {
            _last = last = new Addressed(address, new Uri(
                address.AbsoluteUri + (address.Query.Length > 0 ? '&' : '?') + _parameter));
        }

        request.RequestUri = last.With;
        return default;
    }

    public override string ToString() => name;

    private sealed class Addressed(Uri without, Uri with)
    {
        public Uri Without { get; } = without;

        public Uri With { get; } = with;
    }
}
