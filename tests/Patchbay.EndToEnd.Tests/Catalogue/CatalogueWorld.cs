using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>The built-in catalogue with a provider at the simulator that is one entry of the operator's file. Two built-in
/// ones have a key too; they are never called here.</summary>
public sealed class CatalogueWorld : IAsyncLifetime
{
    /// <summary>A model of the built-in catalogue.</summary>
    public const string Model = "openai/gpt-oss-120b";

    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models = [new WorldModel(Model, new WorldEndpoint("invented", "gpt-oss-120b;tokens=7;prompt_tokens=5", "0.0000001", "0.0000004"))],
            ProviderYaml = new Dictionary<string, string> { ["invented"] = "headers: { X-Team: blue }" },
            Environment = new Dictionary<string, string?>
            {
                ["GROQ_API_KEY"] = "sk-upstream-groq",
                ["DEEPGRAM_API_KEY"] = "sk-upstream-deepgram",
            },
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
