using YamlDotNet.RepresentationModel;

namespace Patchbay.Catalog;

/// <summary>Flattens every top-level key besides the catalogue's into <c>Section:Key</c>.</summary>
internal static class OptionReader
{
    private const int MaxDepth = 8;
    private static readonly string[] CatalogKeys = ["providers", "models", "latest"];

    public static Dictionary<string, OptionValue> Read(
        YamlSection root, ReadContext context, IReadOnlySet<string> optionKeys)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in optionKeys)
        {
            known[Normal(key)] = key;
        }

        var sections = optionKeys.Select(key => key.Split(':')[0]).Distinct(StringComparer.Ordinal).ToArray();
        var result = new Dictionary<string, OptionValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in root.Keys().Except(CatalogKeys).ToArray())
        {
            if (sections.Any(section => Normal(section) == Normal(name)))
            {
                if (root.Ask(name, required: false) is { } node)
                {
                    Flatten(node, name, name, 1);
                }
            }
        }

        foreach (var section in sections)
        {
            root.Ask(section, required: false);
        }

        return result;

        void Flatten(YamlNode node, string path, string key, int depth)
        {
            if (depth > MaxDepth)
            {
                context.Problem(node, path, $"is nested more than {MaxDepth} levels deep.");
                return;
            }

            switch (node)
            {
                case YamlScalarNode scalar:
                    Keep(scalar, path, key);
                    break;
                case YamlMappingNode mapping:
                    foreach (var (name, value) in mapping.Children)
                    {
                        var part = (name as YamlScalarNode)?.Value ?? "";
                        Flatten(value, $"{path}.{part}", $"{key}:{part}", depth + 1);
                    }

                    break;
                case YamlSequenceNode sequence:
                    for (var i = 0; i < sequence.Children.Count; i++)
                    {
                        Flatten(sequence.Children[i], $"{path}[{i}]", $"{key}:{i}", depth + 1);
                    }

                    break;
            }
        }

        void Keep(YamlScalarNode scalar, string path, string key)
        {
            if (Canonical(key) is not { } canonical)
            {
                context.Problem(scalar, path,
                    $"is not a known setting{NearestName.Suggest(key, [.. optionKeys.Take(200)])}");
                return;
            }

            var value = context.Substitute(scalar.Value ?? "", out var missing);
            foreach (var name in missing)
            {
                context.Problem(scalar, path, $"the environment variable {name} is not set.");
            }

            if (!result.TryAdd(canonical, new OptionValue(value, (int)scalar.Start.Line)))
            {
                context.Problem(scalar, path, "is set twice.");
            }
        }

        // The spelling that the caller knows; an entry of a list keeps its index, and what stands below "Section:*" its
        // own spelling.
        string? Canonical(string key)
        {
            if (known.TryGetValue(Normal(key), out var exact))
            {
                return exact;
            }

            for (var end = key.LastIndexOf(':'); end > 0; end = key.LastIndexOf(':', end - 1))
            {
                var head = Normal(key[..end]);
                if (known.TryGetValue(head + ":*", out var open))
                {
                    return open[..^2] + key[end..];
                }

                if (known.TryGetValue(head, out var list) && int.TryParse(key[(end + 1)..], out _))
                {
                    return list + key[end..];
                }
            }

            return null;
        }
    }

    private static string Normal(string key) =>
        key.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
