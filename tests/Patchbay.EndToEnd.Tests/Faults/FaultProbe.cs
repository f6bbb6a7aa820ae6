using System.Globalization;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Faults;

/// <summary>Sends the requests of the fault table and checks everything that a failure may leave behind.</summary>
public static class FaultProbe
{
    /// <summary>What the good endpoint charges: 9 × $0.000003 + 12 × $0.000004.</summary>
    public const string GoodCost = "0.000075";

    /// <summary>What the bad endpoint charges where it answers: 9 × $0.000001 + 12 × $0.000002.</summary>
    public const string OwnCost = "0.000033";

    /// <summary>The fault without another endpoint.</summary>
    public static async Task AloneAsync(World world, FaultCase fault, bool stream, CancellationToken token)
    {
        var seen = stream ? fault.Stream : fault.Whole;
        var model = fault.Model(stream, fallback: false);
        var before = await CountAsync(world, token);

        var (id, attempts) = stream
            ? (await StreamAsync(world, fault, model, "", seen, OwnCost, token), fault.TriedAlone)
            : (await WholeAsync(world, fault, model, "", seen, OwnCost, token), fault.TriedAlone);

        var generation = await world.GenerationAsync(id, token);
        Assert.Equal(model, generation.GetProperty("model").GetString());
        Assert.Equal(attempts, generation.GetProperty("provider_responses").GetArrayLength());
        Assert.Equal(seen.Code is null ? OwnCost : "0", generation.GetProperty("total_cost").GetRawText());
        await NothingLeftAsync(world, before, token);
    }

    /// <summary>The fault with a healthy endpoint behind it.</summary>
    public static async Task WithFallbackAsync(World world, FaultCase fault, bool stream, CancellationToken token)
    {
        var seen = stream ? fault.Stream : fault.Whole;
        var model = fault.Model(stream, fallback: true);
        var order = $$"""
            "provider":{"order":["bad-{{fault.Name}}","good"]}
            """;
        var before = await CountAsync(world, token);
        var falls = seen.Code is not null && !seen.InStream;
        var expected = falls ? Seen.Normal : seen;

        var cost = falls ? GoodCost : OwnCost;
        var id = stream
            ? await StreamAsync(world, fault, model, order, expected, cost, token)
            : await WholeAsync(world, fault, model, order, expected, cost, token);

        var generation = await world.GenerationAsync(id, token);
        Assert.Equal(expected.Code is null ? cost : "0", generation.GetProperty("total_cost").GetRawText());
        var attempts = generation.GetProperty("provider_responses").EnumerateArray().ToArray();
        Assert.Equal(falls ? 2 : 1, attempts.Length);
        Assert.Equal("BAD-" + fault.Name.ToUpperInvariant(), attempts[0].GetProperty("provider_name").GetString());
        if (falls)
        {
            Assert.Equal("GOOD", attempts[1].GetProperty("provider_name").GetString());
            Assert.Equal(200, attempts[1].GetProperty("status").GetInt32());
            Assert.Equal("GOOD", generation.GetProperty("provider_name").GetString());
        }

        await NothingLeftAsync(world, before, token);
    }

    /// <summary>Waits until no credit is held any more.</summary>
    public static Task NothingHeldAsync(World world, CancellationToken token) => Until.TrueAsync(
        async () =>
        {
            var metrics = (await world.Api.GetAsync("/metrics", token)).Body;
            return Gauge(metrics, "patchbay_holds_open") == 0 && Gauge(metrics, "patchbay_holds_nano_usd") == 0;
        },
        token);

    /// <summary>The value of a metric without labels.</summary>
    public static double Gauge(string metrics, string name)
    {
        var line = metrics.Split('\n').Single(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>How many generations there are.</summary>
    public static async Task<long> CountAsync(World world, CancellationToken token)
    {
        var response = await world.Api.GetAsync("/api/v1/generations?limit=1", token);
        return response.Json.GetProperty("total_count").GetInt64();
    }

    /// <summary>Nothing that anybody reads may hold a provider's key or address.</summary>
    public static void NoSecret(string text)
    {
        Assert.DoesNotContain("upstream-secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-live-0123456789abcdef", text, StringComparison.Ordinal);
        Assert.DoesNotContain("internal.example", text, StringComparison.Ordinal);
    }

    private static async Task<string> WholeAsync(
        World world, FaultCase fault, string model, string more, Seen seen, string cost, CancellationToken token)
    {
        var response = await world.Api.ChatAsync(model, token, more);

        NoSecret(response.Body);
        Assert.True(seen.Status == response.Status, $"{response.Status}: {Short(response.Body)}");
        if (seen.Code is null)
        {
            Assert.Equal(cost, response.Json.GetProperty("usage").GetProperty("cost").GetRawText());
            Assert.NotEmpty(response.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
        }
        else
        {
            CheckError(response.Json.GetProperty("error"), fault, seen);
            CheckRetryAfter(response.Header("Retry-After"), fault);
        }

        return response.Header("X-Generation-Id")!;
    }

    private static async Task<string> StreamAsync(
        World world, FaultCase fault, string model, string more, Seen seen, string cost, CancellationToken token)
    {
        var stream = await world.Api.StreamAsync(model, token, more);

        NoSecret(stream.Raw);
        Assert.False(stream.Broken, "The connection to the caller broke.");
        if (seen.Code is not null && !seen.InStream)
        {
            // A plain answer with a status: the client reads the body as lines, so take it from there.
            Assert.True(seen.Status == stream.Status, $"{stream.Status}: {Short(stream.Raw)}");
            Assert.Empty(stream.Events);
            CheckError(JsonElement.Parse(stream.Raw).GetProperty("error"), fault, seen);
            CheckRetryAfter(stream.Headers.TryGetValues("Retry-After", out var wait) ? wait.Single() : null, fault);
            return stream.GenerationId!;
        }

        Assert.True(stream.Status == 200, $"{stream.Status}: {Short(stream.Raw)}");
        Assert.True(stream.EndsWithDone);
        Assert.Single(stream.Events, e => e.IsDone);
        Assert.NotEqual("", stream.Text);
        Assert.DoesNotContain('\0', stream.Raw);
        if (seen.Code is null)
        {
            Assert.Null(stream.Error);
            Assert.Equal(cost, Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        }
        else
        {
            // Never a clean [DONE] alone: the event before it tells the error, and no usage is charged.
            Assert.Empty(stream.Usages);
            var last = stream.Events[^2].Json;
            CheckError(last.GetProperty("error"), fault, seen);
            Assert.Equal("error", last.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
            Assert.Equal(stream.GenerationId, last.GetProperty("id").GetString());
        }

        return stream.GenerationId!;
    }

    private static void CheckError(JsonElement error, FaultCase fault, Seen seen)
    {
        var metadata = error.GetProperty("metadata");
        Assert.Equal(seen.Code, metadata.GetProperty("code").GetString());
        Assert.Equal(seen.Type, metadata.GetProperty("error_type").GetString());
        Assert.Equal(seen.Status, error.GetProperty("code").GetInt32());
        Assert.Equal("BAD-" + fault.Name.ToUpperInvariant(), metadata.GetProperty("provider_name").GetString());
        if (fault.Behavior.StartsWith("status=", StringComparison.Ordinal)
            || fault.Behavior.StartsWith("fault=error", StringComparison.Ordinal))
        {
            Assert.Contains(FaultCase.Says, metadata.GetProperty("raw").GetString(), StringComparison.Ordinal);
        }

        if (seen.Code == "provider_rejected")
        {
            Assert.Contains(FaultCase.Says, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    private static void CheckRetryAfter(string? header, FaultCase fault)
    {
        if (fault.RetryAfter is { } wanted)
        {
            // A dot stands for any digit: of a date only the order of magnitude is certain.
            Assert.Matches("^" + wanted + "$", header ?? "");
        }
    }

    private static async Task NothingLeftAsync(World world, long before, CancellationToken token)
    {
        Assert.Equal(before + 1, await CountAsync(world, token));
        await NothingHeldAsync(world, token);
        NoSecret(world.Server.Output);
    }

    private static string Short(string text) => text.Length > 600 ? text[..600] : text;
}
