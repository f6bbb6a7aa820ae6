using System.Text;
using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>One try at one endpoint: sends the request, and relays the answer up to, but without, its end.</summary>
internal sealed class AttemptStep(UpstreamInvoker invoker, HealthRegistry health, TimeProvider clock)
{
    private const int MaxErrorBody = 64 * 1024;

    // Said to callers when a provider is overloaded and does not say for how long.
    private static readonly TimeSpan PatienceWhenOverloaded = TimeSpan.FromSeconds(5);

    /// <summary>Null when the answer is whole; the caller's side then lacks only its end.</summary>
    public async ValueTask<GatewayError?> RunAsync(InferenceContext context, Candidate candidate, bool hasAlternative)
    {
        var endpoint = candidate.Endpoint;
        if (UpstreamBinding.For(endpoint) is not { } binding)
        {
            return new GatewayError(GatewayErrorKind.ProviderUnreachable, "The provider's protocol is not spoken here.");
        }

        context.Endpoint = endpoint;
        context.Binding = binding;
        var startedMs = Environment.TickCount64;
        using var span = InferenceSpans.Attempt(candidate);
        health.RecordAttempt(endpoint);
        using var call = invoker.CreateCall();
        context.SetCall(call);
        GatewayError? error;
        try
        {
            error = await SendAsync(context, candidate, binding, call, hasAlternative)
                ?? (context.Responder is not null
                    ? await StreamRelay.RunAsync(context, call, invoker.Limits)
                    : await WholeRelay.RunAsync(context, call, invoker.Limits));
        }
        catch (Exception exception) when (UpstreamFault.Classify(exception, call, call.Status != 0) is { } kind)
        {
            error = Fault(kind, binding);
        }
        finally
        {
            context.SetCall(null);
            if (call.IsSendingBody)
            {
                context.UpstreamBody.Abandon();
            }
        }

        if (error is { Raw: { } raw })
        {
            // What a provider says inside an answer may quote our key as well as what it says in place of one.
            error = error with { Raw = ErrorText.Redact(raw, binding.Provider.Descriptor.ApiKey) };
        }

        if (error is not null && context.IsCallerGone)
        {
            // However the call ended: the caller pays for what it got, so that nothing of it is the operator's loss.
            error = Fault(GatewayErrorKind.ClientClosed, binding);
        }

        Record(context, candidate, call, error, startedMs);
        span?.End(call.Status, error);
        return error;
    }

    private async ValueTask<GatewayError?> SendAsync(
        InferenceContext context, Candidate candidate, UpstreamBinding binding, UpstreamCall call, bool hasAlternative)
    {
        var envelope = context.Envelope;
        var provider = binding.Provider;
        if (RequestStep.Write(context, candidate, provider) is { } unsayable)
        {
            return unsayable;
        }

        call.Expect(FirstByteLimit(context, hasAlternative));
        var address = envelope.Stream ? binding.StreamAddress : binding.Address;
        await invoker.SendAsync(call, provider, address, context.UpstreamBody.Memory, envelope.Stream);
        if (call.Status != AnswerStatus(provider))
        {
            return await ReadErrorAsync(context, call, provider);
        }

        ParameterHeaders.Set(context);
        return null;
    }

    internal static int AnswerStatus(Provider provider) => provider.Dialect?.AnswerStatus ?? StatusCodes.Status200OK;

    // All attempts together stay within the bound before an answer.
    private TimeSpan FirstByteLimit(InferenceContext context, bool hasAlternative)
    {
        var limits = invoker.Limits;
        var limit = hasAlternative ? limits.FirstByteWithAlternatives : limits.FirstByte;
        var left = limits.BeforeAnswer - TimeSpan.FromMilliseconds(context.ElapsedMs);
        return left < limit ? left : limit;
    }

    private async ValueTask<GatewayError> ReadErrorAsync(InferenceContext context, UpstreamCall call, Provider provider)
    {
        var buffer = context.Whole;
        buffer.Clear();
        call.Expect(TimeSpan.FromSeconds(5));
        try
        {
            while (buffer.Length < MaxErrorBody)
            {
                var read = await call.Body.ReadAsync(buffer.GetMemory(4096), call.Token);
                if (read == 0)
                {
                    break;
                }

                buffer.Advance(read);
            }
        }
        catch (Exception exception) when (UpstreamFault.Classify(exception, call, true) is not null)
        {
            // The status says what happened; the rest of the text is lost.
        }

        var said = provider.ReadError(buffer.Span, call.Status, call.Response!.Headers);
        var message = said.Message;
        var kind = call.Status == StatusCodes.Status508LoopDetected ? GatewayErrorKind.LoopDetected : said.Kind;
        var key = provider.Descriptor.ApiKey;
        var raw = ErrorText.Redact(Encoding.UTF8.GetString(buffer.Span[..Math.Min(buffer.Length, 8192)]), key);
        var text = UpstreamFault.Describe(kind, provider.Descriptor.Name);
        var parameter = kind == GatewayErrorKind.ProviderRejected ? said.Parameter : null;
        buffer.Clear();
        return new GatewayError(kind, kind == GatewayErrorKind.ProviderRejected && message is not null
            ? $"{provider.Descriptor.Name}: {ErrorText.Redact(message, key)}"
            : text)
        {
            Provider = provider.Descriptor.Name,
            UpstreamStatus = call.Status,
            Parameter = parameter is null ? null : ErrorText.Redact(parameter, key),
            Raw = raw.Length == 0 ? null : raw,
            RetryAfter = RetryAfterHeader.Read(call.Response.Headers, clock)
                ?? (said.RetryAfter > RetryAfterHeader.Longest ? RetryAfterHeader.Longest : said.RetryAfter)
                ?? (kind == GatewayErrorKind.ProviderOverloaded ? PatienceWhenOverloaded : null),
        };
    }

    private void Record(InferenceContext context, Candidate candidate, UpstreamCall call, GatewayError? error, long startedMs)
    {
        var endpoint = candidate.Endpoint;
        var elapsed = (int)(Environment.TickCount64 - startedMs);
        var latency = elapsed;
        if (error is null)
        {
            latency = context.LatencyMs is { } first ? Math.Max(0, first - (int)(startedMs - context.ArrivedMs)) : elapsed;
            var tokens = context.Responder is not null ? context.Editor.Usage.CompletionTokens : context.Reader.Usage.CompletionTokens;
            health.RecordSuccess(endpoint, latency, elapsed, tokens);
        }
        else
        {
            health.RecordFailure(endpoint, error.Kind, error.RetryAfter);
            context.Errors.Add(error);
            if (call.Status == AnswerStatus(context.Binding!.Provider) && error.Kind != GatewayErrorKind.ClientClosed)
            {
                BookLoss(context, candidate);
            }
        }

        context.Attempts.Add(new GenerationAttempt(
            endpoint.Id, endpoint.Provider.Name, candidate.Model.Slug, call.Status, error?.Row.Code, latency));
    }

    // The provider answered and will bill what it did; nobody is charged for it.
    private static void BookLoss(InferenceContext context, Candidate candidate)
    {
        var cost = Pricer.Price(Meter.UsageOf(context), candidate.Endpoint.Prices);
        if (cost.Total > Money.Zero)
        {
            var account = context.Responder is { IsCommitted: true } ? LedgerAccount.LossWaived : LedgerAccount.LossFallback;
            context.Losses.Add(new LossPosting(account, candidate.Endpoint.Provider.Slug, cost.Total));
        }
    }

    internal static GatewayError Fault(GatewayErrorKind kind, UpstreamBinding binding)
    {
        var name = binding.Provider.Descriptor.Name;
        return new GatewayError(kind, UpstreamFault.Describe(kind, name)) { Provider = name };
    }
}
