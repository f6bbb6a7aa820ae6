namespace Patchbay.Catalog;

/// <summary>Something wrong in the operator's file. Holds no secret.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Key">The path of the value, such as <c>models[0].endpoints[1].price.prompt</c>; empty for the whole
/// file.</param>
/// <param name="Message">One sentence.</param>
/// <param name="IsWarning">Whether the server can work with the file in spite of it.</param>
public sealed record ConfigurationProblem(
    string File, int Line, int Column, string Key, string Message, bool IsWarning = false)
{
    /// <summary>For people: <c>patchbay.yaml:14: models[0].slug: …</c></summary>
    public override string ToString() =>
        Key.Length == 0 ? $"{File}:{Line}: {Message}" : $"{File}:{Line}: {Key}: {Message}";
}
