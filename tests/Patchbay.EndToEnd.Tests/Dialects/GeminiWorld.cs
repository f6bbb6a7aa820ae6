using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class GeminiWorld() : DialectWorld(new DialectFacts
{
    Provider = "gemini",
    Protocol = "gemini",
    Model = "gemini-3-pro-preview",
    Path = "/gemini/v1/models/MODEL:generateContent",
    Stop = "STOP",
    Calls = "STOP",
    Length = "MAX_TOKENS",
    Reasoning = "google-gemini-v1",
    TellsReasoning = true,
    Yaml = "auth: x-goog-api-key",
})
{
    protected override IEnumerable<WorldModel> More =>
    [
        Exactly("test/older", "gemini-2.5-flash;tokens=12;prompt_tokens=100"),
        Exactly("test/thinker-2", "gemini-2.5-flash;tokens=6;reasoning=5"),
        Exactly("test/caller-2", "gemini-2.5-flash;tools=2;reasoning=7"),
        On("vertex", "vertex/thinker", "gemini-3-pro-preview;tokens=6;reasoning=5"),
        On("vertex", "vertex/caller", "gemini-3-pro-preview;tools=2;reasoning=7"),
        Exactly("test/thought-of", "gemini-2.5-flash;tokens=4;reasoning=3;prompt_tokens=1000;cached=600"),
        Exactly("test/unsafe", "gemini-2.5-flash;tokens=5;finish=SAFETY"),
        Exactly("test/blocked", "gemini-2.5-flash;refusal=true"),
        Exactly("test/quota", "gemini-2.5-flash;status=429"),
        Exactly("recorded/reasoning", "models/gemini-2.5-flash;replay=google/google-reasoning"),
        Exactly("recorded/reasoning-3", "models/gemini-3-pro-preview;replay=google/google-reasoning-gemini3"),
        Exactly("recorded/call-3", "models/gemini-3-pro-preview;replay=google/google-tool-call-gemini3"),
        Exactly("recorded/pieces", "models/gemini-3-pro-preview;replay=google/google-stream-tool-call-arguments"),
        Exactly("recorded/no-arguments", "models/gemini-3-pro-preview;replay=google/google-stream-no-args-tool-call"),
    ];

    protected override IReadOnlyDictionary<string, string> Protocols =>
        new Dictionary<string, string>(base.Protocols) { ["vertex"] = "vertex" };

    private static WorldModel On(string provider, string slug, string upstream) => new(slug, new WorldEndpoint(provider, upstream));
}
