namespace Patchbay.Core;

/// <summary>The ways in which a request to a provider can carry its credential.</summary>
public enum AuthKind
{
    /// <summary>No credential.</summary>
    None,

    /// <summary>The key as <c>Authorization: Bearer KEY</c>.</summary>
    Bearer,

    /// <summary>The key as the value of a header.</summary>
    Header,

    /// <summary>The key as a parameter of the address.</summary>
    Query,

    /// <summary>A signature over the request with an AWS key pair (Signature Version 4).</summary>
    AwsSigV4,

    /// <summary>A Google access token, of a service account or of Application Default Credentials.</summary>
    Google,

    /// <summary>A Microsoft Entra ID access token, by client credentials.</summary>
    AzureEntra,
}
