using System.Text.RegularExpressions;

namespace Patchbay.Repository.Tests;

/// <summary>What a rule found; an empty list is a pass, and a failure lists every finding at once.</summary>
internal sealed class Findings
{
    private readonly List<string> _list = [];

    public void Add(string finding) => _list.Add(finding);

    /// <summary>Every match of the pattern in the text, which has the offsets of the file.</summary>
    public void AddMatches(SourceFile file, string text, Regex pattern)
    {
        foreach (var match in pattern.EnumerateMatches(text))
        {
            _list.Add($"{file.At(match.Index)}: {text.Substring(match.Index, match.Length).Trim()}");
        }
    }

    public void AssertNone(string rule) => Assert.True(_list.Count == 0, Report(rule));

    private string Report(string rule) => $"{rule} {_list.Count} finding(s):\n  {string.Join("\n  ", _list)}";
}
