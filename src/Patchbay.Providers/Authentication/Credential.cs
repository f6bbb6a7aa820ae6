namespace Patchbay.Providers;

/// <summary>What a provider asks of a request before it answers. One for each provider of a catalogue; holds the token that
/// was fetched last, so it is thread-safe. Its text form never holds a secret.</summary>
public abstract class Credential
{
    /// <summary>Nothing is added.</summary>
    public static Credential None { get; } = new NoCredential();

    /// <summary>Adds the credential to a request that is complete otherwise. Completes at once, without allocating for a
    /// key that is sent as it is, unless a token has to be fetched first.</summary>
    /// <param name="request">The request: address, method and all other headers are set.</param>
    /// <param name="body">The bytes of its body.</param>
    /// <param name="context">Where tokens come from.</param>
    /// <param name="cancellationToken">Ends the wait for a token; the fetch goes on for others that wait.</param>
    /// <exception cref="CredentialException">No credential could be had.</exception>
    public abstract ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CredentialContext context, CancellationToken cancellationToken);

    /// <summary>Says that the provider answered 401 or 403: a token that is not brand-new is then fetched anew for the next
    /// request.</summary>
    public virtual void Refused(CredentialContext context)
    {
    }

    private sealed class NoCredential : Credential
    {
        public override ValueTask ApplyAsync(
            HttpRequestMessage request, ReadOnlyMemory<byte> body, CredentialContext context, CancellationToken cancellationToken) =>
            default;
    }
}
