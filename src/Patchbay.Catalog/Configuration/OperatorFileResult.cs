namespace Patchbay.Catalog;

/// <summary>What reading the operator's file gave.</summary>
/// <param name="File">The content; null when there is any problem that is not a warning.</param>
/// <param name="Problems">Everything that is wrong, in the order of lines.</param>
public sealed record OperatorFileResult(OperatorFile? File, IReadOnlyList<ConfigurationProblem> Problems);
