namespace Patchbay.Providers;

/// <summary>What an address answered that was asked for a list.</summary>
public sealed record ListAnswer
{
    /// <summary>The whole body; null when there is none to use.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The version of the list, to be shown when it is asked for again.</summary>
    public string? ETag { get; init; }

    /// <summary>Whether the list is the one of the version that was shown.</summary>
    public bool Unchanged { get; init; }

    /// <summary>Why there is no body, in half a sentence without secrets; null when there is nothing wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether nobody listens at the address.</summary>
    public bool Nobody { get; init; }
}
