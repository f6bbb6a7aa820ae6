using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Patchbay.Catalog;

/// <summary>One mapping of the file. Every key that a reader asks for becomes a known key; <see cref="Close"/> reports
/// the others. A value that is written as nothing, <c>~</c> or <c>null</c> counts as not given.</summary>
internal sealed class YamlSection
{
    private readonly ReadContext _context;
    private readonly YamlMappingNode _mapping;
    private readonly string _path;
    private readonly List<string> _asked = [];

    private YamlSection(ReadContext context, YamlMappingNode mapping, string path)
    {
        _context = context;
        _mapping = mapping;
        _path = path;
    }

    public YamlNode Node => _mapping;

    /// <summary>The section at this node; a problem and null when the node is something else.</summary>
    public static YamlSection? Open(ReadContext context, YamlNode node, string path)
    {
        if (node is YamlMappingNode mapping)
        {
            return new YamlSection(context, mapping, path);
        }

        context.Problem(node, path, "must be a mapping of keys to values.");
        return null;
    }

    public string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    public void Problem(string key, string message) =>
        _context.Problem(Find(key) ?? _mapping, PathOf(key), message);

    public void Warning(string key, string message) =>
        _context.Warning(Find(key) ?? _mapping, PathOf(key), message);

    public bool Has(string key) => Find(key) is not null;

    /// <summary>The text under a key, with variables replaced; a variable that is not set is a problem.</summary>
    public string? Text(string key, bool required = false)
    {
        if (Scalar(key, required) is not { } scalar)
        {
            return null;
        }

        return Resolve(scalar, PathOf(key));
    }

    /// <summary>The text under a key that must be there and must not be empty.</summary>
    public string? RequiredText(string key)
    {
        if (Text(key, required: true) is not { } text)
        {
            return null;
        }

        if (text.Length == 0)
        {
            Problem(key, "must not be empty.");
            return null;
        }

        return text;
    }

    /// <summary>A secret: a variable that is not set gives null and a warning instead of a problem.</summary>
    public string? Secret(string key)
    {
        if (Scalar(key, required: false) is not { } scalar)
        {
            return null;
        }

        var value = _context.Substitute(scalar.Value ?? "", out var missing);
        if (missing.Count == 0 && value.Length > 0)
        {
            if (!value.AsSpan().ContainsAnyInRange('\0', ' '))
            {
                return value;
            }

            Problem(key, "must not contain spaces or line breaks.");
            return null;
        }

        Warning(key, missing.Count > 0
            ? $"the environment variable {missing[0]} is not set, so this provider has no credential."
            : "is empty, so this provider has no credential.");
        return null;
    }

    /// <summary>One of a fixed list of words.</summary>
    public string? Word(string key, IReadOnlyCollection<string> allowed)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (allowed.Contains(text))
        {
            return text;
        }

        Problem(key, $"{Shown(key)} is not known{NearestName.Suggest(text, allowed)}");
        return null;
    }

    public long? Whole(string key, long min, long max, bool required = false)
    {
        if (Text(key, required) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
        {
            return value;
        }

        Problem(key, $"{Shown(key)} is not a whole number from {min} to {max}.");
        return null;
    }

    public int? Count(string key) => (int?)Whole(key, 1, int.MaxValue);

    public bool? Flag(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (bool.TryParse(text, out var value))
        {
            return value;
        }

        Problem(key, $"{Shown(key)} is neither true nor false.");
        return null;
    }

    /// <summary>A list of texts, each with its path.</summary>
    public IReadOnlyList<(string Text, string Path, YamlNode Node)>? Texts(string key)
    {
        if (Items(key) is not { } items)
        {
            return null;
        }

        var result = new List<(string, string, YamlNode)>(items.Count);
        foreach (var (node, path) in items)
        {
            if (node is not YamlScalarNode { Value.Length: > 0 } scalar)
            {
                _context.Problem(node, path, "must be a text.");
            }
            else if (Resolve(scalar, path) is { } text)
            {
                result.Add((text, path, node));
            }
        }

        return result;
    }

    /// <summary>The entries of a list; null when the key is not given or holds something else.</summary>
    public IReadOnlyList<(YamlNode Node, string Path)>? Items(string key, bool required = false)
    {
        switch (Ask(key, required))
        {
            case null:
                return null;
            case YamlSequenceNode sequence:
                return [.. sequence.Children.Select((node, index) => (node, $"{PathOf(key)}[{index}]"))];
            default:
                Problem(key, "must be a list.");
                return null;
        }
    }

    /// <summary>Says that an entry of a list is wrong.</summary>
    public void Problem(YamlNode node, string path, string message) => _context.Problem(node, path, message);

    public YamlSection? Section(string key) =>
        Ask(key, required: false) is { } node ? Open(_context, node, PathOf(key)) : null;

    /// <summary>Every pair of a mapping with free keys, such as headers. Variables that are not set are problems.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Pairs(string key)
    {
        if (Section(key) is not { } section)
        {
            return null;
        }

        var result = new List<KeyValuePair<string, string>>();
        foreach (var name in section.Keys())
        {
            if (section.Text(name) is { } value)
            {
                result.Add(new(name, value));
            }
        }

        return result;
    }

    /// <summary>The keys of this mapping in the order of the file; marks none as known.</summary>
    public IEnumerable<string> Keys() =>
        _mapping.Children.Keys.OfType<YamlScalarNode>().Select(node => node.Value ?? "");

    /// <summary>Marks a key as known and gives its node, if any.</summary>
    public YamlNode? Ask(string key, bool required)
    {
        _asked.Add(key);
        var node = Find(key);
        if (node is null && required)
        {
            _context.Problem(_mapping, PathOf(key), "is missing.");
        }

        return node;
    }

    /// <summary>Reports keys that nobody asked for. Call after everything was read.</summary>
    public void Close()
    {
        foreach (var key in _mapping.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                _context.Problem(key, _path, "a key must be a plain text.");
            }
            else if (!_asked.Contains(name))
            {
                _context.Problem(key, PathOf(name), $"is not a known key{NearestName.Suggest(name, _asked)}");
            }
        }
    }

    /// <summary>The value as written in the file (before variables are replaced), quoted and cut for a message.</summary>
    public string Shown(string key)
    {
        var raw = (Find(key) as YamlScalarNode)?.Value ?? "";
        return raw.Length > 60 ? $"'{raw[..60]}…'" : $"'{raw}'";
    }

    private YamlScalarNode? Scalar(string key, bool required)
    {
        switch (Ask(key, required))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return scalar;
            default:
                Problem(key, "must be a single value.");
                return null;
        }
    }

    private string? Resolve(YamlScalarNode scalar, string path)
    {
        var value = _context.Substitute(scalar.Value ?? "", out var missing);
        foreach (var name in missing)
        {
            _context.Problem(scalar, path, $"the environment variable {name} is not set.");
        }

        return missing.Count == 0 ? value : null;
    }

    private YamlNode? Find(string key)
    {
        foreach (var (name, node) in _mapping.Children)
        {
            if (name is YamlScalarNode scalar && scalar.Value == key)
            {
                return IsNothing(node) ? null : node;
            }
        }

        return null;
    }

    private static bool IsNothing(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" };
}
