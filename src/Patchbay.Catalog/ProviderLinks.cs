namespace Patchbay.Catalog;

/// <summary>The pages of a provider. Texts until somebody asks.</summary>
internal sealed class ProviderLinks(string? privacy, string? terms, string? status, string? docs)
{
    public Uri? Privacy => Link(privacy);

    public Uri? Terms => Link(terms);

    public Uri? Status => Link(status);

    public Uri? Docs => Link(docs);

    private static Uri? Link(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri : null;
}
