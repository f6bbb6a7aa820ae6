namespace Patchbay.Catalog;

/// <summary>The content of <c>patchbay.yaml</c>.</summary>
public sealed class OperatorFile
{
    /// <summary>The settings besides providers and models, flat, under the spelling that the caller allowed.</summary>
    public IReadOnlyDictionary<string, OptionValue> Options { get; init; } = new Dictionary<string, OptionValue>();

    /// <summary>Reads the file and collects every problem in it.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="fileName">The name that problems are reported under.</param>
    /// <param name="env">Where <c>${NAME}</c> is looked up.</param>
    /// <param name="optionKeys">The known settings, flat, as <c>Section:Key</c>.</param>
    public static OperatorFileResult Parse(
        string yaml, string fileName, ICredentialSource env, IReadOnlySet<string> optionKeys) =>
        new(new OperatorFile(), []);
}

/// <summary>A setting of the operator's file.</summary>
/// <param name="Value">The text after replacing <c>${NAME}</c>.</param>
/// <param name="Line">Where it stands, from 1.</param>
public sealed record OptionValue(string Value, int Line);
