using System.Text.Json;

namespace Patchbay.Core.Tests;

/// <summary>The npm packages that the tokenizer is compared with.</summary>
internal static class NpmTokenizers
{
    private static readonly NpmScript Script = new(Path.Combine("Text", "npm"), "encode.mjs", "tokenizer-npm");

    /// <summary>Skips the test where node or npm is absent; in CI it fails instead.</summary>
    public static void SkipUnlessAvailable() =>
        NpmScript.SkipUnlessAvailable("the packages tiktoken, js-tiktoken and gpt-tokenizer");

    /// <summary>The tokens of each text by each package; null where a package's JavaScript is known to differ.</summary>
    public static async Task<Dictionary<string, int[]?[]>> EncodeAsync(List<string> texts, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<Dictionary<string, int[]?[]>>(
            await Script.RunAsync(JsonSerializer.Serialize(texts), cancellationToken))!;
}
