namespace Patchbay.EndToEnd.Tests.Faults;

/// <summary>The table of faults.</summary>
public static class FaultCases
{
    private static readonly Seen Rejected = new(400, "provider_rejected", "invalid_request", false);
    private static readonly Seen Limited = new(429, "provider_rate_limited", "rate_limit_exceeded", false);
    private static readonly Seen Overloaded = new(503, "provider_overloaded", "provider_overloaded", false);
    private static readonly Seen Auth = Seen.Unavailable("provider_auth");
    private static readonly Seen Error = Seen.Unavailable("provider_error");
    private static readonly Seen Malformed = Seen.Unavailable("provider_malformed");
    private static readonly Seen Disconnected = Seen.Unavailable("provider_disconnected");
    private static readonly Seen Limit = Seen.Unavailable("provider_limit");
    private static readonly Seen Timeout = Seen.Late("provider_timeout");
    private static readonly Seen Stalled = Seen.Late("provider_stalled");

    /// <summary>Providers that cannot be reached. The fixture gives them their addresses.</summary>
    public static IReadOnlyList<FaultCase> Unreachable { get; } =
    [
        new("refused", "", Seen.Unavailable("provider_unreachable")),
        new("nxdomain", "", Seen.Unavailable("provider_unreachable")),
    ];

    /// <summary>Answers with an error status.</summary>
    public static IReadOnlyList<FaultCase> Statuses { get; } =
    [
        new("s429-seconds", "status=429;retry_after=7", Limited) { RetryAfter = "7" },
        new("s429-date", "status=429;retry_after=date:240", Limited) { RetryAfter = "2.." },
        new("s429-ms", "status=429;retry_after_ms=1500", Limited) { RetryAfter = "2" },
        new("quota", "status=429;error_type=insufficient_quota;error_code=insufficient_quota", Auth),
        new("s401", "status=401", Auth),
        new("s402", "status=402", Auth),
        new("s403", "status=403", Auth),
        new("s400", "status=400", Rejected),
        new("s404", "status=404", Rejected),
        new("s413", "status=413", Rejected),
        new("s422", "status=422", Rejected),
        new("s500", "status=500", Error) { TriedAlone = 2 },
        new("s502", "status=502", Error) { TriedAlone = 2 },
        new("s503", "status=503", Error) { TriedAlone = 2 },
        new("s504", "status=504", Error) { TriedAlone = 2 },
        new("s529", "status=529", Overloaded) { RetryAfter = "." },
        new("s529-seconds", "status=529;retry_after=11", Overloaded) { RetryAfter = "11" },
        new("redirect", "fault=redirect", Malformed),
    ];

    /// <summary>Answers that break off or are not what they should be.</summary>
    public static IReadOnlyList<FaultCase> Broken { get; } =
    [
        new("cut", "fault=cut", Disconnected, Disconnected.Inside),
        new("cut-early", "fault=cut;after=0", Disconnected),
        new("rst", "fault=rst", Disconnected, Disconnected.Inside),
        new("rst-early", "fault=rst;after=0", Disconnected),
        new("chunk", "fault=truncated-chunk", Disconnected, Disconnected.Inside),
        new("length", "fault=short-content-length", Disconnected, Disconnected.Inside),
        new("cut-clean", "fault=cut-clean", Malformed, Disconnected.Inside),
        new("bad-json", "fault=malformed-json", Malformed, Malformed.Inside),
        new("bad-json-early", "fault=malformed-json;after=0", Malformed),
        new("giant", "fault=huge-line;bytes=73400320", Limit, Limit.Inside),
        new("giant-early", "fault=huge-line;bytes=73400320;after=0", Limit),
        new("error-in-200", "fault=error-in-200", Error),
        new("limit-in-200", "fault=error-in-200;error_type=rate_limit_error;error_code=rate_limit_exceeded", Limited),
        new("error-later", "fault=error-mid-stream", Error, Error.Inside),
        new("html", "fault=html", Malformed),
        new("headers", "fault=huge-headers", Malformed),
        new("encoding", "fault=wrong-encoding", Malformed),
        new("bomb", "fault=gzip-bomb;bytes=1048576", Malformed),
    ];

    /// <summary>Answers that are odd, and good all the same.</summary>
    public static IReadOnlyList<FaultCase> Odd { get; } =
    [
        new("json-on-stream", "fault=json-on-stream", Seen.Normal),
        new("missing-done", "fault=missing-done", Seen.Normal),
        new("double-done", "fault=double-done", Seen.Normal),
        new("after-done", "fault=after-done", Seen.Normal),
        new("invalid-utf8", "fault=invalid-utf8", Seen.Normal),
        new("nul", "fault=nul", Seen.Normal),
        new("cookie", "fault=set-cookie", Seen.Normal),
        new("informational", "fault=informational", Seen.Normal),
        new("sse-nospace", "sse-style=nospace", Seen.Normal),
        new("sse-crlf", "sse-style=crlf", Seen.Normal),
        new("sse-cr", "sse-style=cr", Seen.Normal),
        new("sse-bom", "sse-style=bom", Seen.Normal),
        new("sse-multiline", "sse-style=multiline", Seen.Normal),
        new("sse-events", "sse-style=events", Seen.Normal),
        new("sse-comments", "sse-style=comments", Seen.Normal),
        new("sse-mixed", "sse-style=mixed;split=7", Seen.Normal),
        new("split-bytes", "sse-style=crlf;split=1", Seen.Normal),
    ];

    /// <summary>Providers that fall silent. Their world has short patience.</summary>
    public static IReadOnlyList<FaultCase> Silent { get; } =
    [
        new("hang", "fault=hang", Timeout),
        new("stall", "fault=stall", Stalled, Stalled.Inside),
        new("stall-early", "fault=stall;after=0", Stalled),
        new("drip", "fault=slow-drip;drip=20", Seen.Normal, Stalled),
    ];

    /// <summary>Every case by its name.</summary>
    public static FaultCase Get(string name) =>
        ((IEnumerable<FaultCase>)[.. Unreachable, .. Statuses, .. Broken, .. Odd, .. Silent]).First(c => c.Name == name);

    /// <summary>Names for a theory, each with and without a stream.</summary>
    public static TheoryData<string, bool> Names(params IEnumerable<FaultCase>[] groups)
    {
        var data = new TheoryData<string, bool>();
        foreach (var group in groups)
        {
            foreach (var entry in group)
            {
                data.Add(entry.Name, false);
                data.Add(entry.Name, true);
            }
        }

        return data;
    }
}
