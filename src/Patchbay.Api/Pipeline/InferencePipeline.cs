using System.Buffers;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The one way of every inference request, whatever its surface:
/// <code>
///   1 authenticate      CallerDirectory: who pays
///   2 read              RequestBody, Surface.Read: what is asked, in one pass over the bytes
///   3 plan              RouteStep: ordered attempts, by one snapshot of the catalogue
///   4 hold              CreditStep: the worst case, at every level or at none
///   5 attempt           AttemptLoop: which endpoint next; AttemptStep: send; StreamRelay or WholeRelay: forward all but
///                       the end
///   6 settle            SettleStep: usage and money become durable
///   7 end               usage, [DONE] or the body leave: so the caller saw the end only if it was billed, once
///   8 record            one log event, the meters
/// </code>
/// Stateless; one per process.</summary>
public sealed partial class InferencePipeline
{
    private static readonly Func<object, OpenHold> DescribeInFlight = static state => DescribeHold((InferenceContext)state);

    private readonly CallerDirectory _callers;
    private readonly CatalogHolder _catalog;
    private readonly HealthRegistry _health;
    private readonly AffinityStep _affinity;
    private readonly DrainState _drain;
    private readonly InferenceOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<InferencePipeline> _log;
    private readonly QualityObserver? _quality;
    private readonly ByokDirectory? _byok;
    private readonly UpstreamInvoker _invoker;
    private readonly CreditStep _credit;
    private readonly RateStep _rate;
    private readonly FreeTierStep _freeTier;
    private readonly AttemptLoop _attempts;
    private readonly SettleStep _settle;
    private readonly UnheardAnswers _unheard;
    private readonly SettlementGate _gate;
    private readonly ModelRouter _router;
    private readonly FusionStep _fusion;
    private readonly ObjectPool<InferenceContext> _contexts = new DefaultObjectPool<InferenceContext>(
        new DefaultPooledObjectPolicy<InferenceContext>(), 512);

    /// <summary>Takes everything that the steps need.</summary>
    public InferencePipeline(
        CallerDirectory callers, CatalogHolder catalog, HealthRegistry health, HoldBook holds, ISettlementLog settlements,
        UpstreamInvoker invoker, DeadlineWatch watch, DrainState drain, InferenceOptions options, TimeProvider clock,
        ModelRouter router, ILogger<InferencePipeline> log, AffinityTable? affinity = null, QualityObserver? quality = null,
        ByokDirectory? byok = null, RateGate? rates = null, FreeTierGate? freeTier = null, SettlementGate? gate = null)
    {
        _callers = callers;
        _catalog = catalog;
        _health = health;
        _drain = drain;
        _options = options;
        _clock = clock;
        _log = log;
        _quality = quality;
        _invoker = invoker;
        _byok = byok;
        _gate = gate ?? new SettlementGate(static () => Task.FromResult(true));
        _rate = new RateStep(rates ?? new RateGate(new MemoryRateWindows(clock), clock, default), clock);
        _freeTier = new FreeTierStep(freeTier, clock);
        var edge = new EdgeStep(holds, options);
        _credit = new CreditStep(holds, edge, options);
        _affinity = new AffinityStep(affinity);
        _attempts = new AttemptLoop(new AttemptStep(invoker, health, edge, clock), _credit, health, invoker.Limits, watch, options, clock);
        _settle = new SettleStep(settlements, edge, options.LoggingDiscountBasisPoints);
        _unheard = new UnheardAnswers(options.UnheardAnswers, options.UnheardTimeout);
        _router = router;
        _fusion = new FusionStep(this, catalog, health, router, holds, _credit, watch, options);
    }

    /// <summary>How many answers are read to their end now though their callers left.</summary>
    public int UnheardCount => _unheard.Count;

    /// <summary>Serves one request to its end.</summary>
    public Task ExecuteAsync(HttpContext http, Surface surface) => ExecuteAsync(http, surface, null);

    /// <summary>The same for a part of a fusion, which learns what became of it.</summary>
    internal async Task ExecuteAsync(HttpContext http, Surface surface, FusionPart? part)
    {
        var context = _contexts.Get();
        context.Unheard = _unheard;
        context.Begin(http, surface, _clock.GetUtcNow());
        context.Part = part;
        part?.Began(context.GenerationId);
        http.Response.Headers["X-Generation-Id"] = context.GenerationId;
        using var span = InferenceSpans.Request(context);
        try
        {
            if (await AdmitAsync(context) is { } refused)
            {
                InferenceMetrics.Refused(refused);
                span?.End(refused.Row.HttpStatus, refused);
                await RefuseAsync(context, refused);
                return;
            }

            if (context.RouterText is not null)
            {
                await AnswerAsync(context);
                return;
            }

            await context.EndReservationAsync();
            context.Hold.DescribeWith(DescribeInFlight, context);
            _quality?.Begin(context);

            // :: Step 5: attempt, in the order of the plan, until one endpoint answers or content has reached the caller.
            var error = await _attempts.RunAsync(context);
            await EndAsync(context, error);
            _quality?.Observe(context, error);
        }
        finally
        {
            // Also when something unforeseen happened between the hold and the attempts. One that is settled stays so.
            if (context.Hold is { } hold)
            {
                await hold.DisposeAsync();
            }

            if (context.Responder is { } responder)
            {
                await responder.StopCommentsAsync();
            }

            await context.EndReservationAsync();
            context.Permit?.End(context.UsedTokens);
            context.End();
            _contexts.Return(context);
        }
    }

    // :: Steps 1 to 4: everything that can refuse a request before a provider hears of it.
    private async ValueTask<GatewayError?> AdmitAsync(InferenceContext context)
    {
        var http = context.Http;
        if (_drain.IsDraining && context.Part is null)
        {
            return new GatewayError(GatewayErrorKind.ShuttingDown, "The server is stopping.")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }

        // Before the key is looked at: the operator's key for that provider need not be one of ours.
        if (http.Request.Headers.TryGetValue(UpstreamInvoker.HopHeader, out var hop) && hop == _invoker.HopId)
        {
            return new GatewayError(GatewayErrorKind.LoopDetected, "A provider's address points back to this server.");
        }

        // :: Step 1: authenticate.
        var authenticated = (await _callers.AuthenticateAsync(http)).RequireInference();
        if (authenticated.Error is { } refused)
        {
            return refused;
        }

        context.Caller = authenticated.Caller!;

        // :: Step 2: read.
        if (await RequestBody.ReadAsync(http.Request, context.Body, _options.MaxBodyBytes) is { } unread)
        {
            return unread;
        }

        if (context.Surface.Read(context.Body.Span, context.Envelope) is { } invalid)
        {
            return invalid;
        }

        if (RouteStep.Unserved(context.Envelope) is { } unserved)
        {
            return unserved;
        }

        if (RequestFeatures.Read(context, _options) is { } unclear)
        {
            return unclear;
        }

        if (_affinity.Recognise(context) is { } unrecognised)
        {
            return unrecognised;
        }

        // A fusion asks its panel now; what goes on is the request of the model that writes the answer. So this is the moment
        // to keep to the caller's rate.
        if (FusionSettings.IsAsked(context.Envelope)
            && (await _rate.EnterAsync(context) ?? await _fusion.RunAsync(context)) is { } unfused)
        {
            return unfused;
        }

        // :: Step 3: plan. The snapshot captured here serves the whole request.
        IReadOnlyList<ByokRoute> ownKeys = [];
        if (_byok is not null)
        {
            try
            {
                ownKeys = await _byok.ForAsync(context.Caller);
            }
            catch (StorageUnavailableException)
            {
                return Unread;
            }
        }

        var request = RouteStep.Request(
            context.Envelope, _catalog.Current, _options, context.Conversation, ownKeys, context.Caller.Guardrails);
        context.Requested = context.Fusion?.Requested ?? context.Envelope.Models[0];
        context.Router = RouterStep.Resolve(context.Envelope, context.Body.Span, in request, _router, _affinity.Table);
        if (context.Router is { Error: { } unresolved })
        {
            return unresolved;
        }

        if (context.Router is { Strategy: RouterStep.BodyBuilder })
        {
            context.RouterText = ChatPromptText.Read(context.Body.Span).User;
            return await _rate.EnterAsync(context);
        }

        context.Router = context.Fusion?.Decision ?? context.Router;
        context.Plan = RoutePlanner.Plan(in request, _health, Random.Shared, _affinity.Table);
        if (context.Plan.Error is { } unroutable)
        {
            return unroutable;
        }

        if (!await _gate.IsOpenAsync())
        {
            return Unrecordable;
        }

        // :: Step 4: keep to the caller's rate, and hold; then to what is given away.
        return await _rate.EnterAsync(context) ?? await _credit.HoldAsync(context) ?? await _freeTier.EnterAsync(context);
    }

    // A router that answers by itself: nobody is called and nothing is charged, but it is a generation like any other.
    private async ValueTask AnswerAsync(InferenceContext context)
    {
        context.Reader.Reset();
        try
        {
            Record(context, await _settle.AnsweredAsync(context), null);
        }
        catch (StorageUnavailableException exception)
        {
            _gate.Close();
            Log.NotDurable(_log, context.GenerationId, exception);
            await FailAsync(context, Unrecorded(), done: false);
            return;
        }

        context.Editor.Reset(context.Stamp(Encoding.UTF8.GetBytes(context.Router!.Router), "Patchbay"u8.ToArray()));
        await BuiltRequests.WriteAsync(context);
    }

    private static readonly GatewayError Unread = new(
        GatewayErrorKind.StorageUnavailable, "Your own provider keys (BYOK) cannot be read right now. Try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    private static readonly GatewayError Unrecordable = new(
        GatewayErrorKind.StorageUnavailable, "Usage cannot be recorded right now, so nothing is answered. Try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    private static GatewayError Unrecorded() => new(
        GatewayErrorKind.StorageUnavailable, "The usage could not be recorded, so the answer is not charged.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    // :: Steps 6 to 8.
    private async ValueTask EndAsync(InferenceContext context, GatewayError? error)
    {
        Settled settled;
        if (error is null && context.IsUnheard)
        {
            error = AttemptStep.Fault(GatewayErrorKind.ClientClosed, context.Binding);
        }

        try
        {
            // :: Step 6: settle.
            settled = error switch
            {
                null => await _settle.CompletedAsync(context),
                { Kind: GatewayErrorKind.ClientClosed } => await _settle.CancelledAsync(context, error),
                _ => await _settle.FailedAsync(context, error),
            };
        }
        catch (StorageUnavailableException exception)
        {
            _gate.Close();
            Log.NotDurable(_log, context.GenerationId, exception);
            context.Part?.Failed(Unrecorded());
            await FailAsync(context, Unrecorded(), done: false);
            return;
        }

        if (error is null)
        {
            _affinity.Remember(context, settled.Usage);
        }

        context.Part?.Ended(settled, error);
        settled = context.Fusion?.Told(settled) ?? settled;
        context.UsedTokens = settled.Usage.PromptTokens + settled.Usage.CompletionTokens;

        // :: Step 8: record; before the end leaves, so that whoever saw the end also finds it counted.
        Record(context, settled.Generation, error);

        // :: Step 7: end.
        if (error is not null)
        {
            await FailAsync(context, error, done: true);
        }
        else if (context.Responder is { } responder)
        {
            await responder.StopCommentsAsync();
            responder.Commit();
            context.Editor.WriteUsageChunk(
                settled.Usage, settled.Charge, responder.Output, RoutingMetadata.Of(context, null).Span);
            responder.Output.Write(ChatStreamEditor.DoneFrame);
            await TrySendAsync(responder);
        }
        else
        {
            await WriteWholeAsync(context, settled);
        }
    }

    private static async ValueTask WriteWholeAsync(InferenceContext context, Settled settled)
    {
        var response = context.Http.Response;
        response.ContentType = "application/json";
        var attempt = context.Current;
        var stamp = context.Stamp(attempt.Binding!.ModelUtf8, attempt.Binding.ProviderNameUtf8);
        var body = attempt.UpstreamBody;
        body.Clear();
        ChatResponseWriter.Write(
            attempt.Whole.Span, attempt.Reader, stamp, settled.Usage, settled.Charge, body,
            RoutingMetadata.Of(context, null).Span);
        response.ContentLength = body.Length;
        try
        {
            response.BodyWriter.Write(body.Span);
            await response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The caller left after its answer was settled.
        }
    }

    // An error after the first byte is told inside the stream; before it, by the status.
    private static async ValueTask FailAsync(InferenceContext context, GatewayError error, bool done)
    {
        if (error.Kind == GatewayErrorKind.ClientClosed)
        {
            context.Http.Abort();
            return;
        }

        error = context.Fusion?.Told(error) ?? error;
        ParameterHeaders.Clear(context.Http.Response);
        var told = context.Errors.Count == 0 ? null : ErrorChoice.Previous(context.Errors, error);
        var metadata = RoutingMetadata.Of(context, error);
        if (context.Responder is not { } responder)
        {
            await context.Surface.WriteErrorAsync(context.Http, error, told, metadata);
            return;
        }

        await responder.StopCommentsAsync();
        if (!responder.HasStarted)
        {
            context.Http.Response.Headers.CacheControl = default;
            await context.Surface.WriteErrorAsync(context.Http, error, told, metadata);
            return;
        }

        responder.Commit();
        context.Editor.WriteErrorChunk(error, responder.Output, metadata.Span);
        if (done)
        {
            responder.Output.Write(ChatStreamEditor.DoneFrame);
        }

        await TrySendAsync(responder);
    }

    private static async ValueTask TrySendAsync(Responder responder)
    {
        try
        {
            await responder.FlushAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The caller left; what it got is settled.
        }
    }

    private static Task RefuseAsync(InferenceContext context, GatewayError error)
    {
        context.Part?.Failed(error);
        if (context.Responder is not null)
        {
            return FailAsync(context, error, done: true).AsTask();
        }

        if (error.Kind == GatewayErrorKind.ClientClosed)
        {
            context.Http.Abort();
            return Task.CompletedTask;
        }

        error = context.Fusion?.Told(error) ?? error;
        return context.Surface.WriteErrorAsync(context.Http, error, null, RoutingMetadata.Of(context, error));
    }

    private static OpenHold DescribeHold(InferenceContext context) => new()
    {
        GenerationId = context.GenerationId,
        CreatedAt = context.ArrivedAt,
        OrganizationId = context.Caller.OrganizationId,
        WorkspaceId = context.Caller.WorkspaceId,
        KeyId = context.Caller.Key?.Id,
        MemberId = context.Caller.Key?.MemberId,
        Model = context.Endpoint?.ModelSlug ?? context.Envelope.Models[0],
        ProviderName = context.Endpoint?.Provider.Name,
        ProviderSlug = context.Endpoint?.Provider.Slug,
        EndpointId = context.Endpoint?.Id,
        Streamed = context.Envelope.Stream,
        Amount = context.Hold.Amount,
        EstimatedCost = context.Endpoint is { } endpoint && context.Current.Candidate.OwnKey is null
            ? Pricer.Price(new Usage { UncachedInput = context.Envelope.PromptBytes / 4 }, endpoint.Prices).Total
            : Money.Zero,
    };

    private void Record(InferenceContext context, Generation generation, GatewayError? error)
    {
        InferenceMetrics.Ended(generation, context.Attempts.Count);
        Activity.Current?.Describe(generation);
        var level = error?.Row.Severity switch
        {
            ErrorSeverity.Error => LogLevel.Error,
            ErrorSeverity.Warning => LogLevel.Warning,
            _ => LogLevel.Information,
        };
        if (_log.IsEnabled(level))
        {
            Log.Generation(
                _log, level, generation.Id, generation.Outcome, generation.Model, generation.ProviderName ?? "none",
                generation.Usage.PromptTokens, generation.Usage.CompletionTokens, generation.Charge.Nanos,
                generation.LatencyMs, generation.DurationMs, context.Attempts.Count, generation.ErrorCode ?? "none",
                generation.Streamed, context.Caller.Key?.Label ?? "master");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1000, Message = "Generation {Id} {Outcome}: {Model} by {Provider}, {PromptTokens} + {CompletionTokens} tokens, {ChargeNanos} nano-USD, first byte {LatencyMs} ms, {DurationMs} ms, {Attempts} attempts, error {Error}, streamed {Streamed}, key {Key}.")]
        public static partial void Generation(
            ILogger logger, LogLevel level, string id, GenerationOutcome outcome, string model, string provider,
            long promptTokens, long completionTokens, long chargeNanos, int? latencyMs, int durationMs, int attempts,
            string error, bool streamed, string key);

        [LoggerMessage(1001, LogLevel.Error, "Generation {Id} could not be made durable; it is not charged.")]
        public static partial void NotDurable(ILogger logger, string id, Exception exception);
    }
}
