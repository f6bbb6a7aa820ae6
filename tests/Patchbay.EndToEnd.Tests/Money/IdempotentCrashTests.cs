using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class IdempotentWorld() : MoneyWorld(null)
{
    protected override WorldOptions Options => new() { Models = [LedgerWorld.Model("test/plain", "plain", "tokens=12;prompt_tokens=9")] };
}

/// <summary>M-22: the server is killed in the middle of writes that carry an Idempotency-Key, and asked for them again.</summary>
public sealed class IdempotentCrashTests(IdempotentWorld fixture) : IClassFixture<IdempotentWorld>
{
    private const int Seed = 22;
    private const int Grants = 24;
    private const int Keys = 12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static int Rounds => Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1" ? 40 : 4;

    private World World => fixture.World;

    [Fact]
    public async Task A_write_that_a_kill_cut_off_has_one_effect_when_it_is_sent_again()
    {
        var random = new Random(Seed);
        var (answeredBefore, cutOff, replayed) = (0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var before = await SendUntilKilledAsync(round, killAfter: random.Next(1, Grants + Keys));
            await World.StartServerAsync(Token);
            foreach (var (name, first) in before)
            {
                var again = await SendAsync(name);
                Assert.True(again.Status is 200 or 201, $"{name}: {again.Status} {again.Body}");
                var third = await SendAsync(name);
                Assert.Equal((again.Body, "true"), (third.Body, third.Header("Idempotent-Replayed")));
                if (first is not { } seen)
                {
                    cutOff++;
                    continue;
                }

                // Who saw an answer is given the same again; the text of a key included.
                answeredBefore++;
                replayed += again.Header("Idempotent-Replayed") == "true" ? 1 : 0;
                Assert.Equal(seen, again.Body);
            }
        }

        var credits = (await World.Api.GetAsync("/api/v1/credits", Token)).Json.GetProperty("data").GetProperty("total_credits");
        var (transactions, keys) = (await NamesAsync("credits/transactions", "note"), await NamesAsync("keys", "name"));
        Assert.Equal(Rounds * Grants * 1_000_000L, TestKey.Nanos(credits));
        Assert.Equal(Rounds * Grants, transactions.Count);
        Assert.Equal(transactions.Count, transactions.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Rounds * Keys, keys.Count);
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.True(cutOff > 0 && answeredBefore > 0, "The kills never hit or always hit.");
        Assert.Equal(answeredBefore, replayed);
        await fixture.AssertBooksAreRightAsync(Token);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"M-22: {Rounds} kills, seed {Seed}; {answeredBefore} writes were answered before them and replayed, {cutOff} were cut off and sent again; {transactions.Count} grants of {Rounds * Grants}, {keys.Count} keys of {Rounds * Keys}: lost 0, double 0"));
    }

    // All writes at once; the kill comes after so many answers, in the middle of the others.
    private async Task<IReadOnlyDictionary<string, string?>> SendUntilKilledAsync(int round, int killAfter)
    {
        var seen = new ConcurrentDictionary<string, string?>(StringComparer.Ordinal);
        var names = Enumerable.Range(0, Grants).Select(i => $"grant-{round}-{i}")
            .Concat(Enumerable.Range(0, Keys).Select(i => $"key-{round}-{i}")).ToList();
        var answers = 0;
        using var enough = new SemaphoreSlim(0);
        var writes = names.Select(async name =>
        {
            try
            {
                seen[name] = null;
                var answer = await SendAsync(name);
                Assert.Equal(201, answer.Status);
                seen[name] = answer.Body;
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException)
            {
                // Cut off.
            }

            if (Interlocked.Increment(ref answers) == killAfter)
            {
                enough.Release();
            }
        }).ToArray();
        await enough.WaitAsync(Token);
        await World.Server.KillAsync();
        await Task.WhenAll(writes);
        return seen;
    }

    private async Task<ApiResponse> SendAsync(string name)
    {
        var isGrant = name.StartsWith("grant", StringComparison.Ordinal);
        var content = new StringContent(
            isGrant ? $"{{\"amount\":0.001,\"note\":\"{name}\"}}" : $"{{\"name\":\"{name}\"}}", Encoding.UTF8, "application/json");
        content.Headers.TryAddWithoutValidation("Idempotency-Key", name);
        return await World.Api.SendAsync(HttpMethod.Post, isGrant ? "/api/v1/credits/grants" : "/api/v1/keys", content, Token);
    }

    private async Task<List<string>> NamesAsync(string what, string member)
    {
        var names = new List<string>();
        while (true)
        {
            var page = (await World.Api.GetAsync($"/api/v1/{what}?offset={names.Count}", Token)).Json.GetProperty("data");
            if (page.GetArrayLength() == 0)
            {
                return names;
            }

            names.AddRange(page.EnumerateArray().Select(entry => entry.GetProperty(member).GetString()!));
        }
    }
}
