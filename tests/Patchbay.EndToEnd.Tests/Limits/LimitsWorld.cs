using System.Text;
using Patchbay.EndToEnd.Tests.Fusion;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Limits;

/// <summary>A server whose callers are limited. An answer of <c>test/plain</c> has nine tokens of prompt and twelve more.</summary>
public class LimitsWorld() : MoneyWorld(null)
{
    private const string Ordinary = "tokens=12;prompt_tokens=9";

    protected virtual string Yaml => "";

    protected override WorldOptions Options => new()
    {
        Yaml = Yaml,
        Models =
        [
            LedgerWorld.Model("test/plain", "plain", Ordinary),
            LedgerWorld.Model("test/other", "other", Ordinary),
            LedgerWorld.Model("test/late", "late", "header_delay=1000;" + Ordinary),
            LedgerWorld.Model("test/slow", "slow", "tokens=4000;prompt_tokens=9;tps=20"),
            LedgerWorld.Model("test/broken", "broken", "status=400"),
            LedgerWorld.Model("test/cut", "cut", "tokens=40;prompt_tokens=9;fault=cut;after=5"),
            new WorldModel("test/falls", new WorldEndpoint("failing", "m;status=500"), new WorldEndpoint("good", "m;" + Ordinary)),
            LedgerWorld.Model("test/judge", "judge", "text=" + Uri.EscapeDataString(FusionWorld.Analysis) + ";prompt_tokens=41"),
            LedgerWorld.Model("test/writer", "writer", "tokens=15;prompt_tokens=77"),
        ],
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How <c>/rate-limits</c> names a key's own scope at a level.</summary>
    public async Task<string> ScopeAsync(string level, TestKey key)
    {
        if (level == "organization")
        {
            return "organization/default";
        }

        var seen = await World.Api.GetAsync($"/api/v1/keys/{key.Hash}", Token);
        Assert.Equal(200, seen.Status);
        return level == "key" ? $"key/{key.Hash}" : $"workspace/{seen.Json.GetProperty("data").GetProperty("workspace_id").GetString()}";
    }

    /// <summary>Sets the limits of a scope, which count from the next request on.</summary>
    public async Task LimitAsync(string scope, string limits)
    {
        var answer = await World.Api.SendAsync(
            HttpMethod.Put, $"/api/v1/rate-limits/{scope}", new StringContent(limits, Encoding.UTF8, "application/json"), Token);
        Assert.True(answer.Status == 200, answer.Body);
    }

    /// <summary>Takes them back.</summary>
    public async Task FreeAsync(string scope)
    {
        var answer = await World.Api.SendAsync(HttpMethod.Delete, $"/api/v1/rate-limits/{scope}", null, Token);
        Assert.True(answer.Status == 200, answer.Body);
    }

    /// <summary>A new key with limits of its own.</summary>
    public async Task<TestKey> CreateKeyAsync(string limits)
    {
        var key = await TestKey.CreateAsync(World, Token);
        await LimitAsync($"key/{key.Hash}", limits);
        return key;
    }
}

/// <summary>Requests beyond a limit of concurrency wait for their turn.</summary>
public sealed class TurnsWorld : LimitsWorld
{
    protected override string Yaml => "limits:\n  turns_waiting: 50\n  turn_wait: 60s\n";
}
