using System.Text;
using System.Text.Json;
using Patchbay.Api.Tests.Catalogue;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Routing;

/// <summary>Models of one or more endpoints, well and unwell, priced and free, measured and not.</summary>
public sealed class RoutingWorld : IAsyncLifetime
{
    public const string Strong = "openai/gpt-5.5";
    public const string Weak = "meta-llama/llama-3.3-70b-instruct";

    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                new WorldModel("test/one", new WorldEndpoint("alpha", "echo;tokens=12;prompt_tokens=9")),
                new WorldModel(
                    "test/pair",
                    new WorldEndpoint("alpha", "echo;tokens=12;prompt_tokens=9"),
                    new WorldEndpoint("beta", "echo;tokens=12;prompt_tokens=9", "0.000002", "0.000004")),
                new WorldModel(
                    "test/falls",
                    new WorldEndpoint("alpha", "echo;tokens=12;status=500", "0.0000001", "0.0000001"),
                    new WorldEndpoint("beta", "echo;tokens=12;prompt_tokens=9", "0.001", "0.001")),
                new WorldModel("test/broken", new WorldEndpoint("alpha", "echo;tokens=12;status=500")),
                new WorldModel("test/breaks", new WorldEndpoint("alpha", "echo;tokens=40;fault=cut;after=5")),
                new WorldModel("test/gratis", new WorldEndpoint("alpha", "echo;tokens=12;prompt_tokens=9", "0", "0")),
                new WorldModel(Strong, new WorldEndpoint("alpha", "echo;tokens=12;prompt_tokens=9", "0.000003", "0.000009")),
                new WorldModel(Weak, new WorldEndpoint("beta", "echo;tokens=12;prompt_tokens=9", "0.0000002", "0.0000004")),
            ],
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();

    /// <summary>What is wrong with a value by OpenRouter's own description.</summary>
    public static List<string> ByReference(string schema, JsonElement value) =>
        new Schema(ReferenceDescription.Load()).Check(schema, value);

    /// <summary>The same by ours, as the server tells it.</summary>
    public async Task<List<string>> ByOurDescriptionAsync(string schema, JsonElement value)
    {
        var description = await World.Api.GetAsync("/openapi.json", TestContext.Current.CancellationToken);
        return new Schema(description.Json).Check(schema, value);
    }

    /// <summary>A request with a header of its own, as curl would send it.</summary>
    public async Task<(int Status, string Body)> ChatAsync(string body, string? header = "X-OpenRouter-Metadata", string value = "enabled")
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(World.Server.Address, "/v1/chat/completions"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + World.MasterKey);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
