using System.Threading.Channels;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;
using Endpoint = Patchbay.Catalog.Endpoint;

namespace Patchbay.Api;

/// <summary>Judges the answers to requests with tools, or with a schema for the answer, after they have left. The request
/// path only copies what has to be judged; when more comes than one thread can judge, the oldest is dropped and counted.
/// </summary>
public sealed class QualityObserver
{
    // At most some 200 MiB wait, and that only when every one is as long as is allowed.
    private const int MostWaiting = 1024;

    private readonly QualityRegistry _registry;
    private readonly Channel<Observation> _waiting;
    private readonly AnswerJudge _judge = new();

    /// <summary>Books what is found in this registry.</summary>
    public QualityObserver(QualityRegistry registry)
    {
        _registry = registry;
        _waiting = Channel.CreateBounded(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            static (Observation dropped) =>
            {
                dropped.Sample.Dispose();
                QualityMetrics.Dropped();
            });
    }

    /// <summary>Judges until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                JudgeWaiting(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // What still waits is not worth waiting for.
        }
    }

    /// <summary>Begins a request.</summary>
    internal void Begin(InferenceContext context)
    {
        var envelope = context.Envelope;
        if (envelope.WantsTools || envelope.WantsJsonSchema)
        {
            context.Evidence.Begin(envelope);
            context.Editor.Evidence = context.Evidence;
        }
    }

    /// <summary>Takes over what was kept of a request that has ended. An answer that several endpoints had a part in is
    /// nobody's, and one of a second endpoint that was asked beside the first was not followed.</summary>
    internal void Observe(InferenceContext context, GatewayError? error)
    {
        var evidence = context.Evidence;
        if (!evidence.IsWanted || error is not null || context.Endpoint is not { } endpoint)
        {
            return;
        }

        var streamed = context.Responder is not null;
        if (streamed && (context.Errors.Count > 0 || context.Parts is not null || context.Editor.Evidence != evidence))
        {
            return;
        }

        evidence.KeepRequest(context.Envelope, context.Body.Span);
        if (!streamed)
        {
            evidence.KeepWhole(context.Current.Whole.Span);
        }

        var finish = streamed ? context.Editor.FinishReason : context.Reader.FinishReason;
        var isEmpty = streamed ? !context.Editor.HasContent : context.Reader.IsEmpty;
        if (evidence.Detach(finish, isEmpty) is { } sample && !_waiting.Writer.TryWrite(new Observation(endpoint, sample)))
        {
            sample.Dispose();
        }
    }

    private void JudgeWaiting(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && _waiting.Reader.TryRead(out var observation))
        {
            using var sample = observation.Sample;
            var findings = _judge.Judge(sample);
            _registry.Record(observation.Endpoint, findings);
            QualityMetrics.Judged(observation.Endpoint, findings);
        }
    }

    private readonly record struct Observation(Endpoint Endpoint, AnswerSample Sample);
}
