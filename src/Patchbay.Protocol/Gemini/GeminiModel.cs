using System.Globalization;

namespace Patchbay.Protocol;

/// <summary>What differs between Gemini models, by the generation and family in the model's id
/// (https://ai.google.dev/gemini-api/docs/models, …/thinking). A name without a number, such as <c>gemini-flash-latest</c>,
/// means the newest.</summary>
internal readonly record struct GeminiModel
{
    private const double Newest = 99;

    private static readonly string[] AllLevels = ["high", "medium", "low", "minimal"];
    private static readonly string[] NoMinimal = ["high", "medium", "low"];
    private static readonly string[] HighAndLow = ["high", "low"];

    /// <summary>The number in the name, such as 2.5; 0 for what is no Gemini.</summary>
    public double Generation { get; private init; }

    private bool IsFlash { get; init; }

    private bool IsLite { get; init; }

    private bool IsImage { get; init; }

    /// <summary>Gemma takes no system instruction (https://ai.google.dev/gemma/docs/core/prompt-structure), nor tools.</summary>
    public bool HasNoSystem { get; private init; }

    /// <summary>It thinks by levels (https://ai.google.dev/gemini-api/docs/thinking#thinking-levels); earlier ones by a
    /// budget.</summary>
    public bool HasLevels => Generation >= 3;

    /// <summary>It refuses function calls of earlier turns that come without a thought signature
    /// (https://ai.google.dev/gemini-api/docs/thought-signatures).</summary>
    public bool WantsSignatures => Generation >= 3;

    /// <summary>It takes pictures inside of function responses
    /// (https://ai.google.dev/gemini-api/docs/function-calling#multimodal).</summary>
    public bool HasMediaInResponses => Generation >= 3;

    /// <summary>It follows an answer schema while it may call functions
    /// (https://ai.google.dev/gemini-api/docs/structured-output#structured_outputs_with_tools).</summary>
    public bool HasSchemaWithTools => Generation >= 3;

    /// <summary>Without being asked it does not think.</summary>
    public bool IsOffByDefault => Generation < 3 && IsLite;

    /// <summary>The levels it takes, highest first; none where it takes none.</summary>
    public IReadOnlyList<string> Levels => !HasLevels || IsImage ? []
        : IsFlash ? AllLevels
        : Generation >= 3.1 ? NoMinimal
        : HighAndLow;

    /// <summary>The largest budget.</summary>
    public long MostThinking => IsFlash ? 24_576 : 32_768;

    /// <summary>The smallest budget that is thinking.</summary>
    public long LeastThinking => IsLite ? 512 : IsFlash ? 1 : 128;

    /// <summary>The budget that comes nearest to no thinking: the Pro models cannot stop.</summary>
    public long NoThinking => IsFlash ? 0 : LeastThinking;

    /// <summary>Reads the provider's id of a model: <c>gemini-2.5-flash-lite</c>, <c>models/gemini-3-pro-preview</c>.</summary>
    public static GeminiModel Of(string id)
    {
        var name = id.AsSpan(id.LastIndexOf('/') + 1);
        if (!name.StartsWith("gemini-", StringComparison.OrdinalIgnoreCase))
        {
            return new GeminiModel
            {
                HasNoSystem = name.StartsWith("gemma-2", StringComparison.OrdinalIgnoreCase)
                    || name.StartsWith("gemma-3", StringComparison.OrdinalIgnoreCase),
            };
        }

        var number = name["gemini-".Length..];
        var end = number.IndexOf('-');
        number = end < 0 ? number : number[..end];
        return new GeminiModel
        {
            Generation = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                ? value
                : Newest,
            IsFlash = name.Contains("flash", StringComparison.OrdinalIgnoreCase),
            IsLite = name.Contains("lite", StringComparison.OrdinalIgnoreCase),
            IsImage = name.Contains("image", StringComparison.OrdinalIgnoreCase),
        };
    }
}
