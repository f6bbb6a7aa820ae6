namespace Patchbay.Providers;

/// <summary>Where a credential that expires comes from. The same source is asked again whenever a new one is due; never by
/// two at once.</summary>
internal abstract class TokenSource<T>
    where T : class
{
    /// <summary>A new credential. Throws <see cref="CredentialException"/>, and what files, sockets and parsers throw.
    /// </summary>
    public abstract Task<Token<T>> FetchAsync(CredentialContext context, CancellationToken cancellationToken);
}

/// <summary>A credential and the moment from which it is worth nothing.</summary>
internal readonly record struct Token<T>(T Value, DateTimeOffset ExpiresAt)
    where T : class
{
    public override string ToString() => nameof(Token<T>);
}
