namespace Patchbay.EndToEnd.Tests.Recorded;

/// <summary>What a recording must be counted as. The cost is by hand: (prompt − cached) × 1 + cached × 0.25 +
/// (completion − reasoning) × 2 + reasoning × 3 millionths of a dollar. xAI counts reasoning beside completion tokens, so its
/// completion is their sum.</summary>
public sealed record Expected(int Prompt, int? Cached, int Completion, int? Reasoning, string Cost);

/// <summary>The recordings of chat completions, by provider.</summary>
internal static class Recordings
{
    /// <summary>A recording without usage: text and one tool call with split arguments, of 36 bytes with the name.</summary>
    public const string WithoutUsage = "openai-compatible/chat-anthropic-fallback-tool-call.sse";

    private static readonly Dictionary<string, Expected> Known = new()
    {
        { "openai/chat-azure-model-router.1.chunks.txt", new(Prompt: 15, Cached: 0, Completion: 78, Reasoning: 64, Cost: "0.000235") },
        { "openai/chat-openai-text.chunks.txt", new(Prompt: 16, Cached: 0, Completion: 300, Reasoning: 0, Cost: "0.000616") },
        { "openai/chat-openai-text.json", new(Prompt: 16, Cached: 0, Completion: 363, Reasoning: 0, Cost: "0.000742") },
        { "openai-compatible/chat-xai-text.chunks.txt", new(Prompt: 12, Cached: 11, Completion: 342, Reasoning: 340, Cost: "0.00102775") },
        { "openai-compatible/chat-xai-text.json", new(Prompt: 12, Cached: 2, Completion: 322, Reasoning: 320, Cost: "0.0009745") },
        { "openai-compatible/chat-xai-tool-call.chunks.txt", new(Prompt: 307, Cached: 306, Completion: 253, Reasoning: 227, Cost: "0.0008105") },
        { "openai-compatible/chat-xai-tool-call.json", new(Prompt: 307, Cached: 244, Completion: 281, Reasoning: 255, Cost: "0.000941") },
        { "deepseek/chat-deepseek-json.json", new(Prompt: 495, Cached: 320, Completion: 144, Reasoning: 118, Cost: "0.000661") },
        { "deepseek/chat-deepseek-text.chunks.txt", new(Prompt: 13, Cached: 0, Completion: 400, Reasoning: null, Cost: "0.000813") },
        { "deepseek/chat-deepseek-text.json", new(Prompt: 13, Cached: 0, Completion: 300, Reasoning: null, Cost: "0.000613") },
        { "deepseek/chat-deepseek-tool-call.chunks.txt", new(Prompt: 339, Cached: 320, Completion: 83, Reasoning: 39, Cost: "0.000304") },
        { "deepseek/chat-deepseek-tool-call.json", new(Prompt: 339, Cached: 320, Completion: 92, Reasoning: 48, Cost: "0.000331") },
        { "groq/groq-reasoning.json", new(Prompt: 17, Cached: null, Completion: 649, Reasoning: 570, Cost: "0.001885") },
        { "groq/groq-tool-call.chunks.txt", new(Prompt: 210, Cached: null, Completion: 15, Reasoning: null, Cost: "0.00024") },
        { "groq/groq-tool-call.json", new(Prompt: 218, Cached: null, Completion: 15, Reasoning: null, Cost: "0.000248") },
        { "xai/xai-text.chunks.txt", new(Prompt: 12, Cached: 11, Completion: 291, Reasoning: 290, Cost: "0.00087575") },
        { "xai/xai-text.json", new(Prompt: 12, Cached: 2, Completion: 229, Reasoning: 228, Cost: "0.0006965") },
        { "mistral/mistral-reasoning.chunks.txt", new(Prompt: 10, Cached: null, Completion: 46, Reasoning: null, Cost: "0.000102") },
        { "mistral/mistral-reasoning.json", new(Prompt: 10, Cached: null, Completion: 46, Reasoning: null, Cost: "0.000102") },
        { "mistral/mistral-text.chunks.txt", new(Prompt: 13, Cached: null, Completion: 8, Reasoning: null, Cost: "0.000029") },
        { "mistral/mistral-text.json", new(Prompt: 13, Cached: null, Completion: 434, Reasoning: null, Cost: "0.000881") },
        { "mistral/mistral-tool-call.chunks.txt", new(Prompt: 124, Cached: null, Completion: 22, Reasoning: null, Cost: "0.000168") },
        { "mistral/mistral-tool-call.json", new(Prompt: 124, Cached: null, Completion: 22, Reasoning: null, Cost: "0.000168") },
        { "moonshotai/moonshotai-reasoning.json", new(Prompt: 20, Cached: 10, Completion: 30, Reasoning: 22, Cost: "0.0000945") },
        { "moonshotai/moonshotai-tool-call.json", new(Prompt: 30, Cached: null, Completion: 12, Reasoning: null, Cost: "0.000054") },
        { "alibaba/alibaba-text.chunks.txt", new(Prompt: 18, Cached: 0, Completion: 779, Reasoning: null, Cost: "0.001576") },
        { "alibaba/alibaba-text.json", new(Prompt: 18, Cached: 0, Completion: 1064, Reasoning: null, Cost: "0.002146") },
        { "perplexity/perplexity-citations.chunks.txt", new(Prompt: 10, Cached: null, Completion: 336, Reasoning: null, Cost: "0.000682") },
        { "perplexity/perplexity-citations.json", new(Prompt: 10, Cached: null, Completion: 251, Reasoning: null, Cost: "0.000512") },
        { "perplexity/perplexity-text.chunks.txt", new(Prompt: 11, Cached: null, Completion: 434, Reasoning: null, Cost: "0.000879") },
        { "perplexity/perplexity-text.json", new(Prompt: 11, Cached: null, Completion: 392, Reasoning: null, Cost: "0.000795") },
    };

    public static IEnumerable<string> All => Known.Keys.Append(WithoutUsage);

    /// <summary>Error bodies and the status that they came with.</summary>
    public static IReadOnlyList<(string File, int Status)> Errors { get; } =
    [
        ("openai/chat-reasoning-model-legacy-parameter-error.json", 400),
        ("openai/responses-reasoning-model-temperature-error.json", 400),
        ("openai/responses-openai-error.1.json", 429),
    ];

    public static Expected Of(string file) => Known[file];

    public static TheoryData<string> Streams() => [.. Known.Keys.Where(file => file.EndsWith(".chunks.txt", StringComparison.Ordinal))];

    public static TheoryData<string> Bodies() => [.. Known.Keys.Where(file => file.EndsWith(".json", StringComparison.Ordinal))];
}
