namespace Patchbay.Catalog;

/// <summary>What the known endpoints of a provider have in common.</summary>
internal sealed class ProviderHabits
{
    private readonly Dictionary<string, int> _authors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _protocols = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The one author of nearly all models; null when there are several, or too few models to tell.</summary>
    public string? Author => _count >= 3 && _authors.MaxBy(author => author.Value) is { } most && most.Value * 10 >= _count * 9
        ? most.Key : null;

    /// <summary>Whether some endpoints are called in other ways than others.</summary>
    public bool HasSeveralProtocols => _protocols.Count > 1;

    /// <summary>The protocol of all endpoints where it is not the provider's main one; null where it is.</summary>
    public string? Protocol => _protocols is { Count: 1 } && _protocols.First() is { Length: > 0 } one ? one : null;

    public void Add(string subject, string? protocol)
    {
        _count++;
        _protocols.Add(protocol ?? "");
        var author = subject[(subject.IndexOf('|', StringComparison.Ordinal) + 1)..].Split('/')[0];
        _authors[author] = _authors.GetValueOrDefault(author) + 1;
    }
}
