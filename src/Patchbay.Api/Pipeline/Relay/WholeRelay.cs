using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Patchbay.Core;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>Reads an answer that comes in one piece.</summary>
internal static class WholeRelay
{
    /// <summary>Null when the context's <see cref="InferenceContext.Whole"/> holds a whole, valid answer that its
    /// <see cref="InferenceContext.Reader"/> has read.</summary>
    public static async ValueTask<GatewayError?> RunAsync(InferenceContext context, UpstreamCall call, UpstreamLimits limits)
    {
        if (await ReadAsync(context, call, limits) is { } error)
        {
            return error;
        }

        context.LatencyMs = context.ElapsedMs;
        RepairText(context.Whole);
        if (context.Translated is not null && !DialectStep.Convert(context))
        {
            return AttemptStep.Fault(GatewayErrorKind.ProviderMalformed, context.Binding!);
        }

        if (!context.Reader.Read(context.Whole.Span, context.Envelope.ExcludeReasoning))
        {
            return AttemptStep.Fault(GatewayErrorKind.ProviderMalformed, context.Binding!);
        }

        return context.Reader.Error is { } told ? told with { Provider = context.Binding!.Provider.Descriptor.Name } : null;
    }

    // As in streams: bytes that are no UTF-8 become U+FFFD, so that the caller always reads valid JSON.
    private static void RepairText(PooledBuffer body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            var repaired = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span));
            body.Clear();
            body.Write(repaired);
        }
    }

    /// <summary>Fills <see cref="InferenceContext.Whole"/> with the body.</summary>
    public static async ValueTask<GatewayError?> ReadAsync(InferenceContext context, UpstreamCall call, UpstreamLimits limits)
    {
        var headers = call.Response!.Content.Headers;
        if (headers.ContentEncoding.Count > 0 && !headers.ContentEncoding.Contains("identity"))
        {
            return AttemptStep.Fault(GatewayErrorKind.ProviderMalformed, context.Binding!);
        }

        var buffer = context.Whole;
        buffer.Clear();
        var body = call.Body;
        while (true)
        {
            // Providers that answer in one piece may think for long before they send anything.
            call.Expect(limits.FirstByte > limits.Idle ? limits.FirstByte : limits.Idle);
            var read = await body.ReadAsync(buffer.GetMemory(16 * 1024), call.Token);
            if (read == 0)
            {
                return null;
            }

            buffer.Advance(read);
            if (buffer.Length > limits.BodyBytes)
            {
                return AttemptStep.Fault(GatewayErrorKind.ProviderLimit, context.Binding!);
            }
        }
    }
}
