using System.Buffers;
using System.Runtime.CompilerServices;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>Forwards the frames of a streamed answer as they arrive: all that came together leave together. What has come
/// leaves before the relay waits for more.</summary>
internal static class StreamRelay
{
    // After the finish reason only usage and [DONE] are due; a provider that forgets them does not hold the caller up.
    private static readonly TimeSpan AfterFinish = TimeSpan.FromSeconds(5);

    // A provider that sends without a pause is not listened to for longer than this before its frames are sent on.
    private const int MostBytesTogether = 24 * 1024;
    private const int MostReadsTogether = 16;

    private enum Progress
    {
        More,
        Done,
        Error,
        Malformed,
        TooLarge,
    }

    /// <summary>Null when the answer is whole; all its frames but usage and <c>[DONE]</c> are then with the caller, or wait in
    /// the responder's output to leave with these.</summary>
    public static async ValueTask<GatewayError?> RunAsync(
        InferenceContext context, Attempt attempt, UpstreamCall call, EdgeStep edge, UpstreamLimits limits)
    {
        var editor = attempt.Editor;
        editor.Reset(
            context.Stamp(attempt.Binding!.ModelUtf8, attempt.Binding.ProviderNameUtf8), context.Envelope.ExcludeReasoning);
        if (attempt.Continued is { } continued)
        {
            editor.SkipRepeated(continued.Repeated, continued.Trimmed);
        }

        var mediaType = call.Response!.Content.Headers.ContentType?.MediaType;
        var framing = attempt.Binding.Provider.Dialect?.Framing ?? Framing.ServerSentEvents;
        if (mediaType is not null && mediaType != Framings.MediaType(framing))
        {
            return await ReadWholeAsStreamAsync(context, attempt, call, limits, mediaType);
        }

        if (call.Response.Content.Headers.ContentEncoding.Count > 0)
        {
            return Fault(attempt, GatewayErrorKind.ProviderMalformed);
        }

        try
        {
            using var reader = Framings.Read(framing, call.Body, limits.EventBytes);
            edge.Begin(context, attempt);
            return await RelayAsync(context, attempt, call, edge, limits, reader);
        }
        catch (Exception exception)
            when (editor.FinishReason is not null && !call.Abandoned && UpstreamFault.Classify(exception, call, true) is not null)
        {
            // The model had finished: what is missing is the protocol's farewell.
            return null;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<GatewayError?> RelayAsync(
        InferenceContext context, Attempt attempt, UpstreamCall call, EdgeStep edge, UpstreamLimits limits, FrameReader reader)
    {
        var responder = context.Responder!;
        var editor = attempt.Editor;
        var translator = attempt.Translated is null ? null : attempt.Translator;
        var output = attempt.Race is null ? responder.Output : attempt.Kept;
        var bytes = 0L;
        var reads = 0;
        var isAlive = false;
        call.Expect(attempt.Within(limits.Idle));
        while (true)
        {
            // With the read under way, frames cost the same number of system calls as if they were sent before it; and when
            // more has come already, it goes along.
            var fill = reader.FillAsync(call.Token);
            if (reads > 0 && (!fill.IsCompletedSuccessfully || reads == MostReadsTogether
                || output.Length >= MostBytesTogether))
            {
                await SendAsync(attempt, call, responder);

                // Only whole frames are signs of life: a provider that drips bytes is as good as silent.
                if (isAlive)
                {
                    call.Expect(editor.FinishReason is null || limits.Idle < AfterFinish
                        ? attempt.Within(limits.Idle)
                        : AfterFinish);
                }

                reads = 0;
                isAlive = false;
            }

            var more = await fill;
            if (attempt.Race is null)
            {
                await responder.BeginWriteAsync();
            }

            var progress = Drain(reader, editor, translator, output, !more, out var frames, ref bytes);
            reads++;
            isAlive |= frames > 0;
            if (attempt.LatencyMs is null && (editor.HasContent || (editor.FinishReason is not null && editor.Error is null)))
            {
                context.Health?.RecordFirstByte(attempt.Endpoint!, (int)(Environment.TickCount64 - attempt.StartedMs));
                if (attempt.Race is not null)
                {
                    if (!await TakeCallerAsync(context, attempt))
                    {
                        return Fault(attempt, GatewayErrorKind.Superseded);
                    }

                    output = responder.Output;
                }

                attempt.LatencyMs = context.ElapsedMs;
                context.ReleaseRequest(attempt, call);
                responder.Commit();
            }

            if (progress == Progress.More && editor.OutputBytes >= attempt.CheckAt && responder.IsCommitted
                && editor.FinishReason is null && await edge.IsReachedAsync(context, attempt))
            {
                editor.WriteCut(Math.Max(1, context.Envelope.Choices), responder.Output);
                progress = Progress.Done;
            }

            if (progress == Progress.More && more && bytes <= limits.StreamBytes)
            {
                continue;
            }

            if (progress == Progress.Done && attempt.Race is null && responder.HasStarted)
            {
                // The answer's end is due as soon as it is settled, and takes along what came together with [DONE]. An
                // answer that came whole is sent at once, though, for its first byte is waited for.
                responder.EndWrite();
                return null;
            }

            await SendAsync(attempt, call, responder);
            return progress switch
            {
                Progress.Done => null,
                Progress.Error => editor.Error! with { Provider = attempt.Binding!.Provider.Descriptor.Name },
                Progress.Malformed => Fault(attempt, GatewayErrorKind.ProviderMalformed),
                Progress.TooLarge => Fault(attempt, GatewayErrorKind.ProviderLimit),
                _ when more => Fault(attempt, GatewayErrorKind.ProviderLimit),
                _ => editor.FinishReason is not null ? null : Fault(attempt, GatewayErrorKind.ProviderDisconnected),
            };
        }
    }

    /// <summary>Tries to be the one of two attempts that the caller hears of: what it has kept is then the responder's.
    /// </summary>
    public static async ValueTask<bool> TakeCallerAsync(InferenceContext context, Attempt attempt)
    {
        if (attempt.Race is { } race && !race.TryWin(attempt))
        {
            return false;
        }

        ParameterHeaders.Set(context, attempt);
        if (context.Responder is { } responder)
        {
            await responder.BeginWriteAsync();
            responder.Output.Write(attempt.Kept.Span);
            attempt.Kept.Dispose();
        }

        return true;
    }

    // Also lets comments through again.
    private static ValueTask SendAsync(Attempt attempt, UpstreamCall call, Responder responder)
    {
        if (attempt.Race is not null)
        {
            return ValueTask.CompletedTask;
        }

        if (responder.IsCommitted && responder.Output.Length > 0)
        {
            // The caller may be slow; that is not the provider's fault.
            call.Pause();
            return responder.FlushAsync(call.Token);
        }

        responder.EndWrite();
        return ValueTask.CompletedTask;
    }

    private static Progress Drain(
        FrameReader reader, ChatStreamEditor editor, ChatTranslator? translator, PooledBuffer output, bool atEnd,
        out int frames, ref long bytes)
    {
        frames = 0;
        while (true)
        {
            switch (reader.TryRead(out var frame))
            {
                case FrameResult.TooLarge:
                    return Progress.TooLarge;
                case FrameResult.Malformed:
                    return Progress.Malformed;
                case FrameResult.NeedMore when !(atEnd && reader.TryReadRemainder(out frame)):
                    return Progress.More;
            }

            frames++;
            bytes += frame.Data.Length;
            if (frame.IsDone && (translator is null || editor.FinishReason is not null))
            {
                return Progress.Done;
            }

            switch (translator is null ? editor.Process(frame.Data, output) : translator.Process(frame, output))
            {
                case ChunkResult.Error:
                    return Progress.Error;
                case ChunkResult.Malformed:
                    return Progress.Malformed;
                case ChunkResult.Done:
                    return Progress.Done;
            }
        }
    }

    // Some providers answer a streaming request with one JSON body; a page of HTML is a captive portal or a gateway's error.
    private static async ValueTask<GatewayError?> ReadWholeAsStreamAsync(
        InferenceContext context, Attempt attempt, UpstreamCall call, UpstreamLimits limits, string mediaType)
    {
        if (!mediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return Fault(attempt, GatewayErrorKind.ProviderMalformed);
        }

        if (await WholeRelay.RunAsync(context, attempt, call, limits) is { } error)
        {
            return error;
        }

        var responder = context.Responder!;
        using var chunk = new PooledBuffer();
        if (!ChatResponseToChunk.Convert(attempt.Whole.Span, chunk))
        {
            return Fault(attempt, GatewayErrorKind.ProviderMalformed);
        }

        if (attempt.Race is not null && !await TakeCallerAsync(context, attempt))
        {
            return Fault(attempt, GatewayErrorKind.Superseded);
        }

        await responder.BeginWriteAsync();
        var result = attempt.Editor.Process(chunk.Span, responder.Output);
        context.ReleaseRequest(attempt, call);
        responder.Commit();
        await responder.FlushAsync(call.Token);
        return result is ChunkResult.Forwarded or ChunkResult.Swallowed ? null : Fault(attempt, GatewayErrorKind.ProviderMalformed);
    }

    private static GatewayError Fault(Attempt attempt, GatewayErrorKind kind) => AttemptStep.Fault(kind, attempt.Binding!);
}
