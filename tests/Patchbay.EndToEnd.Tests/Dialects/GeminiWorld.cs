using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class GeminiWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                Model("test/plain", "gemini-2.5-flash;tokens=12;prompt_tokens=100"),
                Model("test/thinker", "gemini-3-pro-preview;tokens=6;reasoning=5;prompt_tokens=100"),
                Model("test/caller", "gemini-3-pro-preview;tools=2;reasoning=7"),
                Model("test/thinker-2", "gemini-2.5-flash;tokens=6;reasoning=5"),
                Model("test/caller-2", "gemini-2.5-flash;tools=2;reasoning=7"),
                Model("vertex/thinker", "gemini-3-pro-preview;tokens=6;reasoning=5", "vertex"),
                Model("vertex/caller", "gemini-3-pro-preview;tools=2;reasoning=7", "vertex"),
                Model("test/cached", "gemini-2.5-flash;tokens=4;reasoning=3;prompt_tokens=1000;cached=600"),
                Model("test/unsafe", "gemini-2.5-flash;tokens=5;finish=SAFETY"),
                Model("test/blocked", "gemini-2.5-flash;refusal=true"),
                Model("test/limited", "gemini-2.5-flash;status=429"),
                Model("test/invalid", "gemini-2.5-flash;status=400;message=Bad%3A no"),
                Model("test/early-error", "gemini-2.5-flash;fault=error-in200;status=503"),
                Model("test/cut", "gemini-2.5-flash;tokens=40;fault=cut;after=8"),
                Model("test/cut-clean", "gemini-2.5-flash;tokens=40;fault=cut-clean;after=8"),
                Model("test/rst", "gemini-2.5-flash;tokens=40;fault=rst;after=8"),
                Model("test/garbled", "gemini-2.5-flash;tokens=40;fault=malformed-json;after=8"),
                Model("test/broken", "gemini-2.5-flash;tokens=40;fault=error-mid-stream;after=8;status=503"),
                Model("test/whole", "gemini-2.5-flash;tokens=12;fault=json-on-stream"),
                Model("recorded/reasoning", "models/gemini-2.5-flash;replay=google/google-reasoning"),
                Model("recorded/reasoning-3", "models/gemini-3-pro-preview;replay=google/google-reasoning-gemini3"),
                Model("recorded/call-3", "models/gemini-3-pro-preview;replay=google/google-tool-call-gemini3"),
                Model("recorded/pieces", "models/gemini-3-pro-preview;replay=google/google-stream-tool-call-arguments"),
                Model("recorded/no-arguments", "models/gemini-3-pro-preview;replay=google/google-stream-no-args-tool-call"),
                new WorldModel(
                    "test/failover",
                    new WorldEndpoint("gemini", "gemini-2.5-flash;status=503", "0.000001", "0.000001"),
                    new WorldEndpoint("alpha", "echo-1;tokens=12", "0.000003", "0.000003")),
            ],
            Protocols = new Dictionary<string, string> { ["gemini"] = "gemini", ["vertex"] = "vertex" },
            ProviderYaml = new Dictionary<string, string> { ["gemini"] = "auth: x-goog-api-key" },
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();

    private static WorldModel Model(string slug, string upstream, string provider = "gemini") =>
        new(slug, new WorldEndpoint(provider, upstream) { MorePrices = "cache_read: \"0.0000001\"" })
        {
            Yaml = "input_modalities: [text, image, file, audio]",
        };
}
