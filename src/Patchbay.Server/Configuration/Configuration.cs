using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>A configuration that was read whole.</summary>
/// <param name="Settings">The settings after precedence: command line, environment, file, default.</param>
/// <param name="File">The operator's file; an empty one when there is none.</param>
/// <param name="FilePath">Where the file is or would be.</param>
/// <param name="FileExists">Whether there is a file.</param>
internal sealed record Configuration(PatchbaySettings Settings, OperatorFile File, string FilePath, bool FileExists);

/// <summary>What reading the configuration gave.</summary>
/// <param name="Configuration">Null when any problem is not a warning.</param>
/// <param name="Problems">All problems and warnings.</param>
internal sealed record ConfigurationResult(Configuration? Configuration, IReadOnlyList<ConfigurationProblem> Problems);
