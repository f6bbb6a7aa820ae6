using System.Text.Json;
using System.Text.Json.Serialization;
using Patchbay.Api;

namespace Patchbay.Server;

/// <summary>Keeps the canaries' reports in the data folder: <c>canaries.json</c>, replaced as a whole. A file and no table,
/// for they are measurements: whoever loses them measures again.</summary>
internal sealed class CanaryStore(string folder)
{
    private string FilePath => Path.Combine(folder, "canaries.json");

    /// <summary>What is stored; nothing when there is none, or when it cannot be read.</summary>
    public IReadOnlyList<CanaryReport> Load()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), CanaryJson.Default.CanaryReportArray) ?? [];
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Replaces what is stored.</summary>
    public void Save(IReadOnlyList<CanaryReport> reports)
    {
        var draft = FilePath + ".new";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes([.. reports], CanaryJson.Default.CanaryReportArray));
        File.Move(draft, FilePath, overwrite: true);
    }
}

/// <summary>The form of the file.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(CanaryReport[]))]
internal sealed partial class CanaryJson : JsonSerializerContext;
