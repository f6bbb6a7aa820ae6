namespace Patchbay.Repository.Tests;

/// <summary>One text file; its path is relative to the root, with forward slashes.</summary>
internal sealed class SourceFile(string path, string text)
{
    private CSharpText? _code;

    public string Path { get; } = path;

    public string Text { get; } = text;

    public string Extension => System.IO.Path.GetExtension(Path);

    public string Name => System.IO.Path.GetFileName(Path);

    public int LineCount => Text.Length == 0 ? 0 : Text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    /// <summary>The text seen as C#: code without comments and strings, and the strings.</summary>
    public CSharpText CSharp => _code ??= CSharpText.Of(Text);

    public bool IsBelow(string folder) => Path.StartsWith(folder, StringComparison.Ordinal);

    public string At(int offset) => $"{Path}:{Text.AsSpan(0, offset).Count('\n') + 1}";
}
