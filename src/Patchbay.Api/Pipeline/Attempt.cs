using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;
using Endpoint = Patchbay.Catalog.Endpoint;

namespace Patchbay.Api;

/// <summary>Everything that one try at one endpoint gathers. Attempts that follow each other share one; a second exists only
/// while two run at once, and for each part of an answer that another endpoint goes on with. Used by one relay at a time;
/// only <see cref="GiveUp"/> may come from another thread.</summary>
internal sealed class Attempt
{
    private ChatTranslator? _translator;
    private UpstreamCall? _call;
    private volatile bool _givenUp;

    /// <summary>Where it goes.</summary>
    public Candidate Candidate { get; private set; }

    /// <summary>The same, once there is one.</summary>
    public Endpoint? Endpoint { get; private set; }

    /// <summary>How that endpoint is called.</summary>
    public UpstreamBinding? Binding { get; set; }

    /// <summary>Why it is made.</summary>
    public AttemptKind Kind { get; private set; }

    /// <summary>Another endpoint can be tried after it.</summary>
    public bool HasAlternative { get; set; }

    /// <summary>How long its first content may take, counted from its start; null for as long as the limits say.</summary>
    public TimeSpan? Patience { get; set; }

    /// <summary>The most output to ask for; null for what the request says.</summary>
    public long? OutputLimit { get; set; }

    /// <summary>How many tokens of output the hold surely pays for.</summary>
    public long OutputEdge { get; set; }

    /// <summary>After how many bytes of output to look whether the stream comes near that.</summary>
    public long CheckAt { get; set; }

    /// <summary>The race that it runs in, until it has won; null for the only one that runs.</summary>
    public Race? Race { get; set; }

    /// <summary>The request with what was answered before; null for the caller's request as it is.</summary>
    public ContinuedRequest? Continued { get; set; }

    /// <summary>The request is written to <see cref="UpstreamBody"/>.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>The body as sent to the provider.</summary>
    public PooledBuffer UpstreamBody { get; } = new();

    /// <summary>The answer that came in one piece.</summary>
    public PooledBuffer Whole { get; } = new();

    /// <summary>What came of a stream before this attempt had won its race.</summary>
    public PooledBuffer Kept { get; } = new();

    /// <summary>Edits the frames of a streamed answer.</summary>
    public ChatStreamEditor Editor { get; } = new();

    /// <summary>Reads an answer that comes in one piece.</summary>
    public ChatResponseReader Reader { get; } = new();

    /// <summary>What became of the request in the provider's dialect; null when that provider speaks the caller's own.
    /// </summary>
    public DialectRequest? Translated { get; set; }

    /// <summary>Parameters that the endpoint does not honour.</summary>
    public Parameters Dropped { get; set; }

    /// <summary>Parameters that it honours by other means than its own.</summary>
    public Parameters Emulated { get; set; }

    /// <summary>Makes answers of other dialects into the caller's.</summary>
    public ChatTranslator Translator => _translator ??= new ChatTranslator(Editor);

    /// <summary>From the request's arrival to the first byte of this answer.</summary>
    public int? LatencyMs { get; set; }

    /// <summary>When it began, on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long StartedMs { get; private set; }

    /// <summary>How long it ran.</summary>
    public int ElapsedMs { get; private set; }

    /// <summary>The status that the provider sent; 0 when no answer came.</summary>
    public int Status { get; private set; }

    /// <summary>The request, or a part of it, has left.</summary>
    public bool WasSent { get; private set; }

    /// <summary>Another attempt was faster, so that this one was given up.</summary>
    public bool IsGivenUp => _givenUp;

    /// <summary>What it cost without anybody being charged; null for nothing.</summary>
    public LossPosting? Loss { get; set; }

    /// <summary>What it said is counted among the parts of the answer.</summary>
    public bool IsPart { get; set; }

    /// <summary>Makes it ready for a try.</summary>
    public void Begin(in Candidate candidate, AttemptKind kind, bool hasAlternative)
    {
        Candidate = candidate;
        Endpoint = candidate.Endpoint;
        Binding = null;
        Kind = kind;
        HasAlternative = hasAlternative;
        Patience = null;
        OutputLimit = null;
        Race = null;
        Continued = null;
        IsPrepared = false;
        Translated = null;
        Dropped = Parameters.None;
        Emulated = Parameters.None;
        LatencyMs = null;
        StartedMs = Environment.TickCount64;
        ElapsedMs = 0;
        Status = 0;
        WasSent = false;
        Loss = null;
        IsPart = false;
        _givenUp = false;
    }

    /// <summary>Says which call may be given up from now on; null for none.</summary>
    public void SetCall(UpstreamCall? call)
    {
        // A full fence, here and where the flags are set: one of the two sides sees the other.
        Interlocked.Exchange(ref _call, call);
        if (_givenUp)
        {
            call?.Abandon();
        }
    }

    /// <summary>Lets the call, whose answer nobody waits for, go on for so long at most, because its provider would bill the
    /// whole answer anyway. False when that is not so, or another attempt runs beside it.</summary>
    public bool TryGoOn(TimeSpan longest)
    {
        if (Race is not null || Binding?.Provider.Descriptor.CancelStopsBilling != false
            || Volatile.Read(ref _call) is not { WasSent: true } call)
        {
            return false;
        }

        call.EndWithin(longest);
        return true;
    }

    /// <summary>Ends the call: nobody waits for its answer.</summary>
    public void Abandon() => Volatile.Read(ref _call)?.Abandon();

    /// <summary>Another attempt was faster.</summary>
    public void GiveUp()
    {
        _givenUp = true;
        Interlocked.MemoryBarrier();
        Abandon();
    }

    /// <summary>Notes how the call ended.</summary>
    public void Note(UpstreamCall call)
    {
        Status = call.Status;
        WasSent = call.WasSent;
        ElapsedMs = (int)(Environment.TickCount64 - StartedMs);
    }

    /// <summary>Whether the first content is overdue by <see cref="Patience"/>; deadlines are whole milliseconds.</summary>
    public bool IsOverdue => Patience is { } patience && LatencyMs is null
        && Environment.TickCount64 - StartedMs >= (long)patience.TotalMilliseconds - 1;

    /// <summary>The given time, or what is left until the first content is overdue, whichever is shorter.</summary>
    public TimeSpan Within(TimeSpan limit)
    {
        if (Patience is not { } patience || LatencyMs is not null)
        {
            return limit;
        }

        var left = patience - TimeSpan.FromMilliseconds(Environment.TickCount64 - StartedMs);
        return left < limit ? left : limit;
    }

    /// <summary>Forgets everything, and keeps memory for the next.</summary>
    public void End()
    {
        _call = null;
        Candidate = default;
        Endpoint = null;
        Binding = null;
        Race = null;
        Continued?.Body.Dispose();
        Continued = null;
        Translated = null;
        Dropped = Parameters.None;
        Emulated = Parameters.None;
        LatencyMs = null;
        Loss = null;
        UpstreamBody.Clear();
        Whole.Clear();
        Kept.Dispose();
        Editor.Release();
        Editor.Evidence = null;
    }

    /// <summary>Gives all memory back.</summary>
    public void Release()
    {
        End();
        UpstreamBody.Dispose();
        Whole.Dispose();
        _translator?.Dispose();
    }
}
