using System.Text;
using System.Text.Json;
using Patchbay.EndToEnd.Tests.Routing;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Fusion;

/// <summary>Models for a panel, an analyst and the answer, at prices that make odd sums.</summary>
public sealed class FusionWorld() : MoneyWorld(null)
{
    public const string Analysis =
        "{\"consensus\":[\"All say so.\"],\"contradictions\":[],\"partial_coverage\":[],\"unique_insights\":[{\"model\":\"test/first\",\"insight\":\"An insight.\"}],\"blind_spots\":[]}";

    // A panel with the slow model takes two thirds of a second.
    protected override WorldOptions Options => new()
    {
        Yaml = """
            limits:
              processing_comment_after: 100ms
            """,
        Models =
        [
            Model("test/first", "first", "text=An%20answer%20of%20the%20first;prompt_tokens=9", "0.000000037", "0.0000000213"),
            Model("test/second", "second", "tokens=12;prompt_tokens=9;reasoning=3", "0.000001", "0.0000021"),
            Model("test/slow", "slow", "tokens=20;prompt_tokens=9;tps=30"),
            Model("test/crawling", "crawling", "tokens=4000;prompt_tokens=9;tps=20"),
            Model("test/fails", "failing", "status=500"),
            Model("test/cut", "cut", "tokens=40;fault=cut;after=5"),
            Model("test/mute", "mute", "status=429"),
            Model("test/judge", "judge", "text=" + Uri.EscapeDataString(Analysis) + ";prompt_tokens=41", "0.00000031", "0.0000017"),
            Model("test/fenced", "fenced", "text=" + Uri.EscapeDataString("Here: ```json\n" + Analysis + "\n```") + ";prompt_tokens=41"),
            Model("test/vague", "vague", "text=They%20agree.;prompt_tokens=41"),
            Model("test/writer", "writer", "tokens=15;prompt_tokens=77", "0.0000029", "0.0000141"),
            Model("test/breaks", "breaking", "tokens=40;prompt_tokens=77;fault=cut;after=5"),
        ],
    };

    public static WorldModel Model(
        string slug, string provider, string behavior, string prompt = "0.000001", string completion = "0.000002") =>
        new(slug, new WorldEndpoint(provider, $"m;{behavior}", prompt, completion));

    /// <summary>A request for a fusion by the router's name.</summary>
    public static string Ask(string[] panel, string options = "", bool stream = false, string more = "", string judge = "test/judge", string writer = "test/writer") =>
        ApiClient.Chat(
            writer, stream,
            "\"plugins\":[{\"id\":\"fusion\",\"enabled\":true}],\"tools\":[{\"type\":\"openrouter:fusion\",\"parameters\":{\"analysis_models\":"
            + JsonSerializer.Serialize(panel) + ",\"model\":\"" + judge + "\"" + (options.Length > 0 ? "," + options : "") + "}}]"
            + (more.Length > 0 ? "," + more : ""),
            "What is a fusion?");

    /// <summary>Sends it with headers of its own; a stream is read to its end.</summary>
    public async Task<(int Status, string Body)> SendAsync(string body, params (string Name, string Value)[] headers)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(World.Server.Address, "/v1/chat/completions"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + World.MasterKey);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The parts as <c>usage</c> tells them.</summary>
    public static JsonElement[] Parts(JsonElement usage) =>
        [.. usage.GetProperty("patchbay").GetProperty("fusion").GetProperty("parts").EnumerateArray()];

    /// <summary>What is wrong with a value by OpenRouter's own description.</summary>
    public static List<string> ByReference(string schema, JsonElement value) => RoutingWorld.ByReference(schema, value);
}
