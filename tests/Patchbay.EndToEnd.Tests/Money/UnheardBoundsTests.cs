using Patchbay.Billing;
using Patchbay.EndToEnd.Tests.Faults;
using Patchbay.Simulator.Log;

namespace Patchbay.EndToEnd.Tests;

public sealed class UnheardBoundsWorld() : MoneyWorld(null)
{
    protected override Patchbay.Testing.WorldOptions Options => new()
    {
        Models = [UnheardWorld.Model("bills-long", "tokens=4000;tps=40;cancel=continue", "bills")],
        ProviderYaml = new Dictionary<string, string> { ["bills"] = "cancel_stops_billing: false" },
        Yaml = "limits: { unheard_answers: 20, unheard_timeout: 4s }",
    };
}

/// <summary>Answers that are read though nobody hears them do not pile up.</summary>
public sealed class UnheardBoundsTests(UnheardBoundsWorld fixture) : IClassFixture<UnheardBoundsWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_that_nobody_hears_are_bounded_in_number_and_time_and_what_came_is_charged()
    {
        var log = fixture.World.Simulator.Log;
        var callers = await Task.WhenAll(Enumerable.Range(0, 30)
            .Select(_ => LeavingCaller.AskAsync(fixture.World, "test/bills-long", after: 4, stream: true, Token)));
        Array.ForEach(callers, static caller => caller.Leave());

        // Ten are ended with their callers, twenty are read on; for four seconds, though they would take a hundred.
        await Until.TrueAsync(() => log.Counters.InProgress == 20, Token);
        Assert.InRange(await UnheardAsync(), 1, 20);
        await fixture.WhenQuietAsync(Token);
        await log.WhenIdleAsync(Token);

        Assert.Equal(0, await UnheardAsync());
        Assert.All(log.Requests, r => Assert.Equal(RequestOutcome.CancelledByClient, r.Outcome));
        var rows = await fixture.Books.ListAsync(int.MaxValue, Token);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"M-12 bounds: 20 of 30 were read on; the longest ended after {log.Requests.Max(r => r.TokensGenerated)} of 4000 tokens; {rows.Sum(r => r.Charge.Nanos)} nano-USD charged by our own count"));
        Assert.Equal(30, rows.Count);
        Assert.All(rows, r => Assert.True(r is { Outcome: GenerationOutcome.Cancelled, Usage.Estimated: true, Charge.Nanos: > 9_000 }));
        Assert.Empty(await fixture.Books.AuditAsync(Token));
        Array.ForEach(callers, static caller => caller.Dispose());
    }

    private async Task<double> UnheardAsync() =>
        FaultProbe.Gauge((await fixture.World.Api.GetAsync("/metrics", Token)).Body, "patchbay_unheard_answers");
}
