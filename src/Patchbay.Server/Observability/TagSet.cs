using System.Globalization;

namespace Patchbay.Server;

/// <summary>The labels of one series. Equal when every name and value is equal in the given order, which is the order in
/// which the code that measures names them.</summary>
internal sealed class TagSet(KeyValuePair<string, object?>[] tags)
{
    /// <summary>Compares tag sets with the tags of a measurement without making a set of them.</summary>
    public static IEqualityComparer<TagSet> Comparer { get; } = new TagComparer();

    /// <summary>Stands for all series beyond the bound.</summary>
    public static TagSet Overflow { get; } = new([new("otel_metric_overflow", "true")]);

    /// <summary>The labels, sorted by name, ready for the text form.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; } =
    [
        .. tags.Select(tag => KeyValuePair.Create(
                MetricName.Label(tag.Key), Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? ""))
            .OrderBy(label => label.Key, StringComparer.Ordinal),
    ];

    private KeyValuePair<string, object?>[] Tags { get; } = tags;

    private sealed class TagComparer :
        IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

        public bool Equals(TagSet? x, TagSet? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            var tags = other.Tags;
            if (alternate.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (alternate[i].Key != tags[i].Key || !Equals(alternate[i].Value, tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(TagSet obj) => GetHashCode(obj.Tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = default(HashCode);
            foreach (var (key, value) in alternate)
            {
                hash.Add(key);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}
