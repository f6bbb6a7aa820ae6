namespace Patchbay.Api;

/// <summary>The panels that have a name (https://openrouter.ai/docs/guides/features/server-tools/fusion). The reference
/// names the models of <c>general-high</c> only; the other two are our choice of families that are cheap, or fast.</summary>
internal static class FusionPresets
{
    /// <summary>The preset of <c>openrouter/fusion</c> and of requests that name neither a preset nor models.</summary>
    public const string Default = "general-high";

    /// <summary>The preset of <c>openrouter/fusion-flash</c>.</summary>
    public const string Fast = "general-fast";

    /// <summary>The names, as an error lists them.</summary>
    public static readonly string[] Names = [Default, "general-budget", Fast];

    /// <summary>The panel of a preset that is known; its first model is the analyst and writes the answer.</summary>
    public static IReadOnlyList<string> Panel(string preset) => preset switch
    {
        "general-budget" => ["~deepseek/deepseek-latest", "~z-ai/glm-latest", "~moonshotai/kimi-latest"],
        Fast => ["~google/gemini-flash-latest", "~openai/gpt-mini-latest", "~anthropic/claude-haiku-latest"],
        _ => ["~anthropic/claude-opus-latest", "~openai/gpt-latest", "~google/gemini-pro-latest"],
    };
}
