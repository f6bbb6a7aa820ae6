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

    private CancellationTokenRegistration _aborted;
    private UpstreamCall? _call;
    private volatile bool _callerLeft;
    private byte[] _idUtf8 = [];
    private CanonicalRequest? _canonical;
    private ChatTranslator? _translator;

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

    /// <summary>The body as sent to the provider.</summary>
    public PooledBuffer UpstreamBody { get; } = new();

    /// <summary>The model that the caller asked for first, as it was written; set by step 3.</summary>
    public string Requested { get; set; } = "";

    /// <summary>What a router made of the request; null when none was asked for. Set by step 3.</summary>
    public RouterDecision? Router { get; set; }

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

    /// <summary>The output limit to send upstream, when the credit allows no more.</summary>
    public long? ClampedOutput { get; set; }

    /// <summary>The attempts so far.</summary>
    public List<GenerationAttempt> Attempts { get; } = [];

    /// <summary>The errors of failed attempts, in their order.</summary>
    public List<GatewayError> Errors { get; } = [];

    /// <summary>What failed attempts cost by our own count.</summary>
    public List<LossPosting> Losses { get; } = [];

    /// <summary>The endpoint of the last attempt.</summary>
    public Endpoint? Endpoint { get; set; }

    /// <summary>How that endpoint is called.</summary>
    public UpstreamBinding? Binding { get; set; }

    /// <summary>The caller's side of a streamed answer; null when the answer comes in one piece.</summary>
    public Responder? Responder { get; set; }

    /// <summary>Edits the frames of a streamed answer.</summary>
    public ChatStreamEditor Editor { get; } = new();

    /// <summary>Reads an answer that comes in one piece.</summary>
    public ChatResponseReader Reader { get; } = new();

    /// <summary>What became of the request in the dialect of the last attempt's provider; null when that provider speaks
    /// the caller's own.</summary>
    public DialectRequest? Translated { get; set; }

    /// <summary>Parameters that the endpoint of the last attempt does not honour.</summary>
    public Parameters Dropped { get; set; }

    /// <summary>Parameters that it honours by other means than its own.</summary>
    public Parameters Emulated { get; set; }

    /// <summary>Makes answers of other dialects into the caller's.</summary>
    public ChatTranslator Translator => _translator ??= new ChatTranslator(Editor);

    /// <summary>The request in the form between the dialects; read once for all attempts. Valid as long as
    /// <see cref="Body"/> is.</summary>
    public CanonicalRequest Canonical => _canonical ??= CanonicalChatReader.Read(Body.Memory);

    /// <summary>Our own count of the prompt's tokens, where somebody needed it.</summary>
    public long? CountedInput { get; set; }

    /// <summary>The answer that came in one piece.</summary>
    public PooledBuffer Whole { get; } = new();

    /// <summary>From arrival to the first byte of the answer.</summary>
    public int? LatencyMs { get; set; }

    /// <summary>Whether the caller closed the connection.</summary>
    public bool IsCallerGone => _callerLeft;

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

    /// <summary>Makes this call the one that ends when the caller leaves.</summary>
    public void SetCall(UpstreamCall? call)
    {
        Volatile.Write(ref _call, call);
        if (_callerLeft)
        {
            call?.Abandon();
        }
    }

    /// <summary>Ends the running call: nobody waits for its answer.</summary>
    public void CallerLeft()
    {
        _callerLeft = true;
        Volatile.Read(ref _call)?.Abandon();
    }

    /// <summary>Gives back the memory that only a further attempt would need. A short request stays: should the provider not
    /// say how many tokens it was, they are counted.</summary>
    public void ReleaseRequest(UpstreamCall call)
    {
        if (Body.Length > LongestKept)
        {
            Body.Dispose();
            _canonical = null;
        }

        if (!call.IsSendingBody)
        {
            UpstreamBody.Dispose();
        }
    }

    /// <summary>Forgets the request, so that the next one finds nothing of it.</summary>
    public void End()
    {
        _aborted.Dispose();
        _call = null;
        _callerLeft = false;
        Http = null!;
        Caller = null!;
        Requested = "";
        Router = null;
        Fusion = null;
        Part = null;
        Plan = null!;
        Hold = null!;
        Envelope.Reset();
        Body.Clear();
        UpstreamBody.Clear();
        Whole.Clear();
        Attempts.Clear();
        Errors.Clear();
        Losses.Clear();
        ClampedOutput = null;
        Endpoint = null;
        Binding = null;
        Translated = null;
        Dropped = Parameters.None;
        Emulated = Parameters.None;
        _canonical = null;
        CountedInput = null;
        Editor.Release();
        LatencyMs = null;
        Responder?.Dispose();
        Responder = null;
    }
}
