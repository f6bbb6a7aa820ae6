using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Patchbay.Core;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary>Reads an answer that comes in one piece.</summary>
internal static class WholeRelay
{
    /// <summary>Null when the attempt's <see cref="Attempt.Whole"/> holds a whole, valid answer that its
    /// <see cref="Attempt.Reader"/> has read.</summary>
    public static async ValueTask<GatewayError?> RunAsync(
        InferenceContext context, Attempt attempt, UpstreamCall call, UpstreamLimits limits)
    {
        if (await ReadAsync(attempt, call, limits) is { } error)
        {
            return error;
        }

        attempt.LatencyMs = context.ElapsedMs;
        RepairText(attempt.Whole);
        if (attempt.Translated is not null && !DialectStep.Convert(attempt))
        {
            return AttemptStep.Fault(GatewayErrorKind.ProviderMalformed, attempt.Binding!);
        }

        if (!attempt.Reader.Read(attempt.Whole.Span, context.Envelope.ExcludeReasoning))
        {
            return AttemptStep.Fault(GatewayErrorKind.ProviderMalformed, attempt.Binding!);
        }

        return attempt.Reader.Error is { } told ? told with { Provider = attempt.Binding!.Provider.Descriptor.Name } : null;
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

    /// <summary>Fills <see cref="Attempt.Whole"/> with the body.</summary>
    public static async ValueTask<GatewayError?> ReadAsync(Attempt attempt, UpstreamCall call, UpstreamLimits limits)
    {
        var headers = call.Response!.Content.Headers;
        if (headers.ContentEncoding.Count > 0 && !headers.ContentEncoding.Contains("identity"))
        {
            return AttemptStep.Fault(GatewayErrorKind.ProviderMalformed, attempt.Binding!);
        }

        var buffer = attempt.Whole;
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
                return AttemptStep.Fault(GatewayErrorKind.ProviderLimit, attempt.Binding!);
            }
        }
    }
}
