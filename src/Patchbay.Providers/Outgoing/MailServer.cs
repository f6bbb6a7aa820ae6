namespace Patchbay.Providers;

/// <summary>How a connection to a mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>It begins in the clear and becomes TLS before anything is said (RFC 3207); a server that cannot is refused.
    /// </summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Tls,

    /// <summary>None. For a server on the same machine.</summary>
    None,
}

/// <summary>The operator's mail server.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port.</param>
/// <param name="Security">How the connection is protected.</param>
/// <param name="From">The sender's address.</param>
/// <param name="User">Who signs in; null for nobody.</param>
/// <param name="Password">With what.</param>
public sealed record MailServer(string Host, int Port, MailSecurity Security, string From, string? User, string? Password)
{
    /// <summary>Names the server only, since the record holds a secret.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
