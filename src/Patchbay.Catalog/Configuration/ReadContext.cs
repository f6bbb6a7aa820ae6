using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Patchbay.Catalog;

/// <summary>What every part of the reader shares: the file's name, the environment, and the problems so far.</summary>
internal sealed partial class ReadContext(string fileName, ICredentialSource env)
{
    private readonly List<ConfigurationProblem> _problems = [];

    public IReadOnlyList<ConfigurationProblem> Problems =>
        [.. _problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    public void Problem(YamlNode at, string key, string message) => Problem(at.Start, key, message);

    public void Problem(Mark at, string key, string message) => Add(at, key, message, isWarning: false);

    public void Warning(YamlNode at, string key, string message) => Add(at.Start, key, message, isWarning: true);

    /// <summary>Replaces <c>${NAME}</c> and <c>${NAME:-default}</c>; names that are not set become empty and are
    /// returned in <paramref name="missing"/>.</summary>
    public string Substitute(string text, out IReadOnlyList<string> missing)
    {
        missing = [];
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var names = new List<string>();
        var result = new StringBuilder();
        var position = 0;
        foreach (var match in Variable.EnumerateMatches(text))
        {
            result.Append(text, position, match.Index - position);
            position = match.Index + match.Length;
            var inner = text.AsSpan(match.Index + 2, match.Length - 3);
            var split = inner.IndexOf(":-", StringComparison.Ordinal);
            var name = (split < 0 ? inner : inner[..split]).ToString();
            if (env.Find(name) is { Length: > 0 } value)
            {
                result.Append(value);
            }
            else if (split >= 0)
            {
                result.Append(inner[(split + 2)..]);
            }
            else
            {
                names.Add(name);
            }
        }

        missing = names;
        return result.Append(text, position, text.Length - position).ToString();
    }

    private void Add(Mark at, string key, string message, bool isWarning) =>
        _problems.Add(new ConfigurationProblem(fileName, (int)at.Line, (int)at.Column, key, message, isWarning));

    [GeneratedRegex(@"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable { get; }
}
