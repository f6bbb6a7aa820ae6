namespace Patchbay.Benchmarks;

/// <summary>The operations of the hot path that have a budget, by name. Each is synchronous, prepared once, and run any
/// number of times.</summary>
internal static class HotLeaves
{
    private static readonly Dictionary<string, Func<Action>> All = new(StringComparer.Ordinal)
    {
        ["chat request read 600 B"] = static () => ProtocolLeaves.ReadRequest(SampleText.SmallRequest),
        ["chat request read 8 KB"] = static () => ProtocolLeaves.ReadRequest(SampleText.LargeRequest),
        ["chat request write 600 B"] = static () => ProtocolLeaves.WriteRequest(SampleText.SmallRequest),
        ["chat request write 8 KB"] = static () => ProtocolLeaves.WriteRequest(SampleText.LargeRequest),
        ["stream event edit"] = ProtocolLeaves.EditEvent,
        ["stream event edit, unlike the last"] = ProtocolLeaves.EditUnlikeEvents,
        ["stream of 100 events read and edit"] = ProtocolLeaves.ReadAndEditStream,
        ["stream usage event write"] = ProtocolLeaves.WriteUsageEvent,
        ["chat response read"] = ProtocolLeaves.ReadResponse,
        ["chat response write"] = ProtocolLeaves.WriteResponse,
        ["route plan 1 endpoint"] = static () => RoutingLeaves.Plan(1),
        ["route plan 30 endpoints"] = static () => RoutingLeaves.Plan(30),
        ["route plan 30 endpoints, 10 failing"] = static () => RoutingLeaves.Plan(30, eachFails: 3),
        ["route plan 30 endpoints, sticky"] = static () => RoutingLeaves.Plan(30, sticky: true),
        ["health record success"] = RoutingLeaves.RecordSuccess,
        ["hold and settle 3 levels"] = MoneyLeaves.HoldAndSettle,
        ["price a usage"] = MoneyLeaves.Price,
        ["key hash"] = CallerLeaves.Hash,
        ["key is well-formed"] = CallerLeaves.IsWellFormed,
        ["key warm look-up"] = CallerLeaves.WarmLookUp,
        ["generation id"] = CallerLeaves.GenerationId,
        ["count tokens 4 KB"] = TextLeaves.CountTokens,
    };

    public static IReadOnlyCollection<string> Names => All.Keys;

    public static Action Create(string name) => All[name]();
}
