using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class StrictWorld() : MoneyWorld(null)
{
    protected override WorldOptions Options => new()
    {
        Models = [LedgerWorld.Model("test/endless", "endless", "tokens=100000;prompt_tokens=10", prompt: "0")],
        Yaml = """
            billing:
              clamp_max_tokens: false
            """,
    };
}

/// <summary>An installation that refuses what cannot be paid in full.</summary>
public sealed class ClampTests(StrictWorld fixture) : IClassFixture<StrictWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_clamping_a_request_that_cannot_be_paid_in_full_is_refused_with_what_it_can_afford()
    {
        using var key = await TestKey.CreateAsync(fixture.World, Token, "\"limit\":0.001462");

        var refused = await key.Api.ChatAsync("test/endless", Token);
        var afforded = await key.Api.ChatAsync("test/endless", Token, "\"max_tokens\":731");

        Assert.Equal((402, "key_limit_exceeded"), (refused.Status, refused.ErrorCode));
        Assert.Contains("can only afford 731", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal((200, 1_462_000), (afforded.Status, TestKey.CostOf(afforded)));
        Assert.Equal(1_462_000, await key.UsageAsync(Token));
    }
}
