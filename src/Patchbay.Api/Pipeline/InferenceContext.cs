using System.Text;
using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;
using Endpoint = Patchbay.Catalog.Endpoint;

namespace Patchbay.Api;

/// <summary>Everything that one request gathers on its way through the pipeline. Used by one request at a time and then
/// reused; only <see cref="CallerLeft"/> may come from another thread.</summary>
public sealed class InferenceContext
{
    private static readonly Action<object?> OnAborted = static state => ((InferenceContext)state!).CallerLeft();

    // Most chats are shorter; a thousand waiting streams keep 16 MiB of them at most.
    private const int LongestKept = 16 * 1024;

    private readonly Attempt _own = new();
    private CancellationTokenRegistration _aborted;
    private Attempt _current;
    private Attempt? _rival;
    private volatile bool _callerLeft;
    private int _leavings;
    private bool _isUnheard;
    private byte[] _idUtf8 = [];
    private CanonicalRequest? _canonical;

    /// <summary>A context that serves no request yet.</summary>
    public InferenceContext() => _current = _own;

    /// <summary>The request as Kestrel has it.</summary>
    public HttpContext Http { get; private set; } = null!;

    /// <summary>The surface that was called.</summary>
    public Surface Surface { get; private set; } = null!;

    /// <summary>The id that the caller sees from the first byte.</summary>
    public string GenerationId { get; private set; } = "";

    /// <summary>When the request arrived.</summary>
    public DateTimeOffset ArrivedAt { get; private set; }

    /// <summary>The same on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long ArrivedMs { get; private set; }

    /// <summary>Who sent it; set by step 1.</summary>
    public Caller Caller { get; set; } = null!;

    /// <summary>What it asks; filled by step 2.</summary>
    public RequestEnvelope Envelope { get; } = new();

    /// <summary>Its body; filled by step 2, empty again once the answer has begun.</summary>
    public PooledBuffer Body { get; } = new();

    /// <summary>The conversation that it continues or begins; none when nobody could know. Set before step 3.</summary>
    public ConversationKey Conversation { get; set; }

    /// <summary>The model that the caller asked for first, as it was written; set by step 3.</summary>
    public string Requested { get; set; } = "";

    /// <summary>What a router made of the request; null when none was asked for. Set by step 3.</summary>
    public RouterDecision? Router { get; set; }

    /// <summary>The last message of the user, where a router answers by itself; else null.</summary>
    public string? RouterText { get; set; }

    /// <summary>The fusion whose answer this request writes; null when it is none.</summary>
    internal FusionRun? Fusion { get; set; }

    /// <summary>The part of a fusion that this request is; null when a caller sent it.</summary>
    internal FusionPart? Part { get; set; }

    /// <summary>Money that was reserved for this request before; null without a fusion.</summary>
    internal Hold? Reservation => (Fusion ?? Part?.Run)?.Reservation;

    /// <summary>Where it may go; set by step 3.</summary>
    public RoutePlan Plan { get; set; } = null!;

    /// <summary>The credit held for it; set by step 4.</summary>
    public Hold Hold { get; set; } = null!;

    /// <summary>What it occupies of its caller's rate limits; null when none concerns it.</summary>
    internal RatePermit? Permit { get; set; }

    /// <summary>The tokens that it used, for limits; known when it is settled.</summary>
    internal long UsedTokens { get; set; }

    /// <summary>What the hold may grow to; null when all of it was held from the beginning.</summary>
    internal Money? FullHold { get; set; }

    /// <summary>The output limit to send upstream, when the credit allows no more.</summary>
    public long? ClampedOutput { get; set; }

    /// <summary>The attempts so far.</summary>
    public List<GenerationAttempt> Attempts { get; } = [];

    /// <summary>The errors of failed attempts, in their order.</summary>
    public List<GatewayError> Errors { get; } = [];

    /// <summary>What failed attempts cost by our own count.</summary>
    public List<LossPosting> Losses { get; } = [];

    /// <summary>The parts of the answer that other endpoints gave before the current attempt; null while there is one part.
    /// </summary>
    internal AnswerParts? Parts { get; set; }

    /// <summary>The last attempt, or the one whose answer reaches the caller.</summary>
    internal Attempt Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    /// <summary>The place in the plan of the next attempt.</summary>
    internal int Next { get; set; }

    /// <summary>The endpoint of the last attempt.</summary>
    public Endpoint? Endpoint => Current.Endpoint;

    /// <summary>Hears when an answer begins; set with the first attempt.</summary>
    public HealthRegistry? Health { get; set; }

    /// <summary>How that endpoint is called.</summary>
    public UpstreamBinding? Binding => Current.Binding;

    /// <summary>The caller's side of a streamed answer; null when the answer comes in one piece.</summary>
    public Responder? Responder { get; set; }

    /// <summary>Parameters that the endpoint of the last attempt does not honour.</summary>
    public Parameters Dropped => Current.Dropped;

    /// <summary>Parameters that it honours by other means than its own.</summary>
    public Parameters Emulated => Current.Emulated;

    /// <summary>What edits the frames of a streamed answer.</summary>
    public ChatStreamEditor Editor => Current.Editor;

    /// <summary>What reads an answer that comes in one piece.</summary>
    public ChatResponseReader Reader => Current.Reader;

    /// <summary>The request in the form between the dialects; read once for all attempts. Valid as long as
    /// <see cref="Body"/> is.</summary>
    public CanonicalRequest Canonical => _canonical ??= CanonicalChatReader.Read(Body.Memory);

    /// <summary>Our own count of the prompt's tokens, where somebody needed it.</summary>
    public long? CountedInput { get; set; }

    /// <summary>What the answer is judged by afterwards; of most requests nothing.</summary>
    public AnswerEvidence Evidence { get; } = new();

    /// <summary>From arrival to the first byte of the answer.</summary>
    public int? LatencyMs => Parts is { } parts ? parts.LatencyMs : Current.LatencyMs;

    /// <summary>Whether the caller closed the connection.</summary>
    public bool IsCallerGone => _callerLeft;

    /// <summary>Bounds how many answers are read to their end after their callers left.</summary>
    internal UnheardAnswers? Unheard { get; set; }

    /// <summary>The caller closed the connection, and the answer is read to its end without it, since it is billed.</summary>
    internal bool IsUnheard => Volatile.Read(ref _isUnheard);

    /// <summary>Milliseconds since the request arrived.</summary>
    public int ElapsedMs => (int)Math.Min(int.MaxValue, Environment.TickCount64 - ArrivedMs);

    /// <summary>What goes into every part of the answer.</summary>
    public ResponseStamp Stamp(ReadOnlyMemory<byte> model, ReadOnlyMemory<byte> provider) =>
        new() { Id = _idUtf8, Model = model, Provider = provider };

    /// <summary>Prepares for a request.</summary>
    public void Begin(HttpContext http, Surface surface, DateTimeOffset now)
    {
        Http = http;
        Surface = surface;
        ArrivedAt = now;
        ArrivedMs = Environment.TickCount64;
        GenerationId = Core.GenerationId.Create(now);
        _idUtf8 = Encoding.ASCII.GetBytes(GenerationId);
        _aborted = http.RequestAborted.UnsafeRegister(OnAborted, this);
    }

    /// <summary>What came before, which other generations did, counts no longer for limits and times of this one.</summary>
    internal void RestartClock() => ArrivedMs = Environment.TickCount64;

    /// <summary>Gives back what a fusion of this request reserved and nobody took.</summary>
    internal ValueTask EndReservationAsync() => Fusion?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Makes this call one that ends when the caller leaves.</summary>
    internal void SetCall(Attempt attempt, UpstreamCall? call)
    {
        attempt.SetCall(call);
        if (_callerLeft)
        {
            call?.Abandon();
        }
    }

    /// <summary>A second attempt, which ends with the caller as the current one does.</summary>
    internal Attempt AddRival()
    {
        var rival = new Attempt();
        Volatile.Write(ref _rival, rival);
        return rival;
    }

    /// <summary>The race is over: one attempt stays, the other's memory is given back.</summary>
    internal void EndRace(Attempt loser)
    {
        Volatile.Write(ref _rival, null);
        if (loser != _own)
        {
            loser.Release();
        }
    }

    /// <summary>Another attempt goes on where the current one ended.</summary>
    internal void Replace(Attempt next)
    {
        var last = Current;
        Current = next;
        if (last != _own)
        {
            last.Release();
        }
    }

    /// <summary>Ends the running calls, whose answers nobody waits for; but for one that its provider bills whole in any case.
    /// </summary>
    public void CallerLeft()
    {
        _callerLeft = true;
        if (Interlocked.Exchange(ref _leavings, 1) != 0)
        {
            return;
        }

        var current = Volatile.Read(ref _current);
        if (Unheard?.TryBegin(current) == true)
        {
            Volatile.Write(ref _isUnheard, true);
        }
        else
        {
            current.Abandon();
        }

        Abandon(Volatile.Read(ref _rival), current);
        Abandon(_own, current);
    }

    private static void Abandon(Attempt? other, Attempt current)
    {
        if (!ReferenceEquals(other, current))
        {
            other?.Abandon();
        }
    }

    /// <summary>Gives back the memory that only a further attempt would need. A short request stays: should the provider not
    /// say how many tokens it was, they are counted.</summary>
    internal void ReleaseRequest(Attempt attempt, UpstreamCall call)
    {
        if (Body.Length > LongestKept && !Continues)
        {
            Evidence.KeepRequest(Envelope, Body.Span);
            Body.Dispose();
            _canonical = null;
        }

        if (!call.IsSendingBody)
        {
            attempt.UpstreamBody.Dispose();
        }
    }

    /// <summary>A second endpoint may be asked while the first still may answer.</summary>
    internal bool Hedges { get; set; }

    /// <summary>Another endpoint may go on with an answer after content has reached the caller.</summary>
    internal bool Continues { get; set; }

    /// <summary>Forgets the request, so that the next one finds nothing of it.</summary>
    public void End()
    {
        // From here on nobody says any more that the caller left.
        _aborted.Dispose();
        if (_isUnheard)
        {
            Unheard!.End();
            _isUnheard = false;
        }

        _leavings = 0;
        Replace(_own);
        _rival = null;
        _own.End();
        _callerLeft = false;
        Http = null!;
        Caller = null!;
        Requested = "";
        Router = null;
        RouterText = null;
        Fusion = null;
        Part = null;
        Plan = null!;
        Conversation = default;
        Hold = null!;
        Envelope.Reset();
        Body.Clear();
        Attempts.Clear();
        Errors.Clear();
        Losses.Clear();
        ClampedOutput = null;
        FullHold = null;
        Permit = null;
        UsedTokens = 0;
        Parts?.Dispose();
        Parts = null;
        Next = 0;
        Hedges = false;
        Continues = false;
        _canonical = null;
        CountedInput = null;
        Evidence.Release();
        Responder?.Dispose();
        Responder = null;
    }
}
