using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>Forwards the frames of a streamed answer as they arrive: one flush for all frames that came together.</summary>
internal static class StreamRelay
{
    // After the finish reason only usage and [DONE] are due; a provider that forgets them does not hold the caller up.
    private static readonly TimeSpan AfterFinish = TimeSpan.FromSeconds(5);

    private enum Progress
    {
        More,
        Done,
        Error,
        Malformed,
        TooLarge,
    }

    /// <summary>Null when the answer is whole; all its frames but usage and <c>[DONE]</c> are then with the caller.</summary>
    public static async ValueTask<GatewayError?> RunAsync(InferenceContext context, UpstreamCall call, UpstreamLimits limits)
    {
        var editor = context.Editor;
        editor.Reset(context.Stamp(context.Binding!.ModelUtf8, context.Binding.ProviderNameUtf8));
        var mediaType = call.Response!.Content.Headers.ContentType?.MediaType;
        if (mediaType is not null && mediaType != "text/event-stream")
        {
            return await ReadWholeAsStreamAsync(context, call, limits, mediaType);
        }

        if (call.Response.Content.Headers.ContentEncoding.Count > 0)
        {
            return Fault(context, GatewayErrorKind.ProviderMalformed);
        }

        try
        {
            using var reader = new SseFrameReader(call.Body, limits.EventBytes);
            return await RelayAsync(context, call, limits, reader);
        }
        catch (Exception exception)
            when (editor.FinishReason is not null && !call.Abandoned && UpstreamFault.Classify(exception, call, true) is not null)
        {
            // The model had finished: what is missing is the protocol's farewell.
            return null;
        }
    }

    private static async ValueTask<GatewayError?> RelayAsync(
        InferenceContext context, UpstreamCall call, UpstreamLimits limits, SseFrameReader reader)
    {
        var responder = context.Responder!;
        var editor = context.Editor;
        var translator = context.Translated is null ? null : context.Translator;
        var bytes = 0L;
        call.Expect(limits.Idle);
        while (true)
        {
            var more = await reader.FillAsync(call.Token);
            await responder.BeginWriteAsync();
            var progress = Drain(reader, editor, translator, responder, !more, out var frames, ref bytes);
            if (frames > 0)
            {
                if (!responder.IsCommitted && (editor.HasContent || (editor.FinishReason is not null && editor.Error is null)))
                {
                    context.LatencyMs = context.ElapsedMs;
                    context.ReleaseRequest(call);
                    responder.Commit();
                }

                // The caller may be slow; that is not the provider's fault.
                call.Pause();
            }

            if (responder.IsCommitted)
            {
                await responder.FlushAsync(call.Token);
            }
            else
            {
                responder.EndWrite();
            }

            switch (progress)
            {
                case Progress.Done:
                    return null;
                case Progress.Error:
                    return editor.Error! with { Provider = context.Binding!.Provider.Descriptor.Name };
                case Progress.Malformed:
                    return Fault(context, GatewayErrorKind.ProviderMalformed);
                case Progress.TooLarge:
                    return Fault(context, GatewayErrorKind.ProviderLimit);
            }

            if (!more)
            {
                return editor.FinishReason is not null ? null : Fault(context, GatewayErrorKind.ProviderDisconnected);
            }

            if (bytes > limits.StreamBytes)
            {
                return Fault(context, GatewayErrorKind.ProviderLimit);
            }

            // Only whole frames are signs of life: a provider that drips bytes is as good as silent.
            if (frames > 0)
            {
                call.Expect(editor.FinishReason is null || limits.Idle < AfterFinish ? limits.Idle : AfterFinish);
            }
        }
    }

    private static Progress Drain(
        SseFrameReader reader, ChatStreamEditor editor, ChatTranslator? translator, Responder responder, bool atEnd,
        out int frames, ref long bytes)
    {
        frames = 0;
        var output = responder.Output;
        while (true)
        {
            SseFrame frame;
            var status = reader.TryRead(out frame);
            if (status == SseReadResult.TooLarge)
            {
                return Progress.TooLarge;
            }

            if (status == SseReadResult.NeedMore && !(atEnd && reader.TryReadRemainder(out frame)))
            {
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
        InferenceContext context, UpstreamCall call, UpstreamLimits limits, string mediaType)
    {
        if (!mediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return Fault(context, GatewayErrorKind.ProviderMalformed);
        }

        if (await WholeRelay.RunAsync(context, call, limits) is { } error)
        {
            return error;
        }

        var responder = context.Responder!;
        using var chunk = new PooledBuffer();
        if (!ChatResponseToChunk.Convert(context.Whole.Span, chunk))
        {
            return Fault(context, GatewayErrorKind.ProviderMalformed);
        }

        await responder.BeginWriteAsync();
        var result = context.Editor.Process(chunk.Span, responder.Output);
        context.ReleaseRequest(call);
        responder.Commit();
        await responder.FlushAsync(call.Token);
        return result is ChunkResult.Forwarded or ChunkResult.Swallowed ? null : Fault(context, GatewayErrorKind.ProviderMalformed);
    }

    private static GatewayError Fault(InferenceContext context, GatewayErrorKind kind) =>
        AttemptStep.Fault(kind, context.Binding!);
}
