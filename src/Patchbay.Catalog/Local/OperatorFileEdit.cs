using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Patchbay.Catalog;

/// <summary>Puts entries into the lists of a YAML text and leaves every other byte as it is: comments, order and spacing are
/// the operator's.</summary>
internal static class OperatorFileEdit
{
    /// <summary>The text with the entries at the ends of their lists, or with new lists at its end. Null when a list is
    /// written in a way that has no place for a line.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="comment">Goes before the entries.</param>
    /// <param name="lists">Lists of the top level, each with entries that are not indented.</param>
    public static string? Add(string yaml, string comment, IReadOnlyList<(string Key, string Items)> lists)
    {
        var newline = yaml.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lines = yaml.Split('\n').ToList();
        var inserts = new List<(int After, string Text)>();
        var end = new StringBuilder();
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            var root = stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode as YamlMappingNode;
            foreach (var (key, items) in lists)
            {
                if (items.Length == 0)
                {
                    continue;
                }

                var entry = root?.Children.FirstOrDefault(child => child.Key is YamlScalarNode { Value: { } name } && name == key);
                if (entry is not { Key: not null } found)
                {
                    end.Append(newline).Append(comment).Append(newline).Append(key).Append(':').Append(newline)
                        .Append(Indent(items, "  ", newline));
                }
                else if (Place(found.Key, found.Value, lines) is var (after, indent))
                {
                    inserts.Add((after, Indent(comment + "\n" + items, indent, newline)));
                }
                else
                {
                    return null;
                }
            }
        }
        catch (YamlException)
        {
            return null;
        }

        foreach (var (after, text) in inserts.OrderByDescending(insert => insert.After))
        {
            // The last line of a file may have no end.
            if (after == lines.Count)
            {
                lines[after - 1] += newline.TrimEnd('\n');
                lines.Add("");
            }

            lines.InsertRange(after, text.TrimEnd('\n').Split('\n'));
        }

        var result = string.Join('\n', lines);
        if (end.Length == 0)
        {
            return result;
        }

        return result.Length == 0 ? end.ToString().TrimStart('\r', '\n')
            : result + (result.EndsWith('\n') ? "" : newline) + end;
    }

    /// <summary>Lines with something before each.</summary>
    public static string Indent(string text, string indent, string newline) => string.Concat(
        text.TrimEnd('\n').Split('\n').Select(line => (line.Length == 0 ? "" : indent + line) + newline));

    /// <summary>After which line a further entry of the list goes, and what stands before its dash.</summary>
    private static (int After, string Indent)? Place(YamlNode key, YamlNode value, List<string> lines)
    {
        switch (value)
        {
            case YamlScalarNode { Value: null or "", Style: ScalarStyle.Plain }:
                return ((int)key.Start.Line, "  ");
            case YamlSequenceNode { Style: not SequenceStyle.Flow, Children: [var first, ..] } list:
                var line = lines[(int)first.Start.Line - 1];
                var dash = line.Length - line.TrimStart(' ').Length;
                return dash < line.Length && line[dash] == '-' ? (LastLine(list.Children[^1]), line[..dash]) : null;
            default:
                return null;
        }
    }

    /// <summary>The last line of a node that holds something of it. The end of a block is where the next begins, which may be
    /// after comments that belong to that.</summary>
    private static int LastLine(YamlNode node) => node switch
    {
        YamlMappingNode { Style: not MappingStyle.Flow } mapping when mapping.Children.Count > 0 =>
            mapping.Children.Max(pair => Math.Max(LastLine(pair.Key), LastLine(pair.Value))),
        YamlSequenceNode { Style: not SequenceStyle.Flow } sequence when sequence.Children.Count > 0 => sequence.Children.Max(LastLine),
        YamlScalarNode { Style: ScalarStyle.Literal or ScalarStyle.Folded } block => (int)block.End.Line - (block.End.Column == 1 ? 1 : 0),
        _ => (int)node.End.Line,
    };
}
