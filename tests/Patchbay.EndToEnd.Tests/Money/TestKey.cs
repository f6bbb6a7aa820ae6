using System.Globalization;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>An API key of a world, with what it says of its own spending.</summary>
public sealed class TestKey : IDisposable
{
    private readonly World _world;
    private readonly string _text;

    private TestKey(World world, string text, string hash)
    {
        _world = world;
        _text = text;
        Hash = hash;
        Api = new ApiClient(world.Server.Address, text);
    }

    /// <summary>A client that uses it.</summary>
    public ApiClient Api { get; private set; }

    /// <summary>How the management API names it.</summary>
    public string Hash { get; }

    /// <summary>Creates a key; <paramref name="more"/> is spliced in as further members.</summary>
    public static async Task<TestKey> CreateAsync(World world, CancellationToken cancellationToken, string more = "")
    {
        var response = await world.Api.PostAsync(
            "/api/v1/keys", "{\"name\":\"test\"" + (more.Length > 0 ? "," + more : "") + "}", cancellationToken);
        Assert.True(response.Status == 201, response.Body);
        return new TestKey(
            world, response.Json.GetProperty("key").GetString()!, response.Json.GetProperty("data").GetProperty("hash").GetString()!);
    }

    /// <summary>Uses the server that was started anew.</summary>
    public void Reconnect()
    {
        Api.Dispose();
        Api = new ApiClient(_world.Server.Address, _text);
    }

    /// <summary>The key as it sees itself.</summary>
    public async Task<JsonElement> ReadAsync(CancellationToken cancellationToken)
    {
        var response = await Api.GetAsync("/api/v1/key", cancellationToken);
        Assert.True(response.Status == 200, response.Body);
        return response.Json.GetProperty("data");
    }

    /// <summary>What it has spent, in nano-USD.</summary>
    public async Task<long> UsageAsync(CancellationToken cancellationToken) =>
        Nanos((await ReadAsync(cancellationToken)).GetProperty("usage"));

    /// <summary>Dollars of the API in nano-USD; fails when there is more than nine digits after the point.</summary>
    public static long Nanos(JsonElement dollars)
    {
        var nanos = decimal.Parse(dollars.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture) * 1_000_000_000m;
        Assert.Equal(decimal.Truncate(nanos), nanos);
        return (long)nanos;
    }

    /// <summary>What an answer in one piece says that it cost, in nano-USD.</summary>
    public static long CostOf(ApiResponse response) => Nanos(response.Json.GetProperty("usage").GetProperty("cost"));

    /// <summary>What a whole stream says that it cost, in nano-USD.</summary>
    public static long CostOf(StreamResponse response) => Nanos(Assert.Single(response.Usages).GetProperty("cost"));

    /// <inheritdoc/>
    public void Dispose() => Api.Dispose();
}
