using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>Models that behave as SDK users meet them.</summary>
public sealed class SdkWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    /// <summary>A key that can pay for almost nothing.</summary>
    public string PoorKey { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        World = await World.StartAsync(
            new WorldOptions
            {
                Models =
                [
                    Model("sdk/chat", "tokens=12;prompt_tokens=9;cached=4"),
                    Model("sdk/reasoner", "tokens=12;reasoning=5;prompt_tokens=9"),
                    Model("sdk/parallel", "tools=2"),
                    Model("sdk/slow", "tokens=3000;tps=60;ignore_max_tokens=true"),
                    Model("sdk/breaks", "tokens=20;fault=error-mid-stream;after=5"),
                    Model("sdk/cut", "tokens=20;fault=cut;after=5"),
                    Model("sdk/fails", "status=500"),
                    Model("sdk/rejects", "status=400;message=The%20prompt%20is%20odd"),
                    .. Enumerable.Range(1, 4).Select(i => Model($"sdk/limited-{i}", "status=429;retry_after=7", $"limited{i}")),
                ],
            },
            token);
        var response = await World.Api.PostAsync("/api/v1/keys", "{\"name\":\"poor\",\"limit\":0.0000001}", token);
        Assert.Equal(201, response.Status);
        PoorKey = response.Json.GetProperty("key").GetString()!;
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();

    private static WorldModel Model(string slug, string behavior, string provider = "alpha") =>
        new(slug, new WorldEndpoint(provider, $"sim;{behavior}"));
}
