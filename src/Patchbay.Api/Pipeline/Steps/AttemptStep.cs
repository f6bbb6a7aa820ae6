using System.Text;
using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>One try at one endpoint: sends the request, and relays the answer up to, but without, its end.</summary>
internal sealed class AttemptStep(UpstreamInvoker invoker, HealthRegistry health, EdgeStep edge, TimeProvider clock)
{
    private const int MaxErrorBody = 64 * 1024;

    // Said to callers when a provider is overloaded and does not say for how long.
    private static readonly TimeSpan PatienceWhenOverloaded = TimeSpan.FromSeconds(5);

    /// <summary>Null when the answer is whole; the caller's side then lacks only its end. An attempt that runs alone is
    /// recorded; of two, whoever let them race records both.</summary>
    public async ValueTask<GatewayError?> RunAsync(InferenceContext context, Attempt attempt)
    {
        var alone = attempt.Race is null;
        using var span = InferenceSpans.Attempt(attempt.Candidate);
        context.Health = health;
        health.RecordAttempt(attempt.Endpoint!);
        using var call = invoker.CreateCall();
        context.SetCall(attempt, call);
        GatewayError? error;
        try
        {
            error = await SendAsync(context, attempt, call)
                ?? (context.Responder is not null
                    ? await StreamRelay.RunAsync(context, attempt, call, edge, invoker.Limits)
                    : await WholeRelay.RunAsync(context, attempt, call, invoker.Limits));
            if (error is null && attempt.Race is not null && !await StreamRelay.TakeCallerAsync(context, attempt))
            {
                error = Fault(GatewayErrorKind.Superseded, attempt.Binding!);
            }
        }
        catch (Exception exception) when (UpstreamFault.Classify(exception, call, call.Status != 0) is { } kind)
        {
            error = Fault(call.TimedOut && attempt.IsOverdue ? GatewayErrorKind.ProviderSlow : kind, attempt.Binding!);
        }
        finally
        {
            context.SetCall(attempt, null);
            if (call.IsSendingBody)
            {
                attempt.UpstreamBody.Abandon();
            }
        }

        if (error is { Raw: { } raw })
        {
            // What a provider says inside an answer may quote our key as well as what it says in place of one.
            error = error with { Raw = ErrorText.Redact(raw, attempt.Binding!.Provider.Descriptor.ApiKey) };
        }

        if (error is not null && context.IsCallerGone)
        {
            // However the call ended: the caller pays for what it got, so that nothing of it is the operator's loss.
            error = Fault(GatewayErrorKind.ClientClosed, attempt.Binding);
        }
        else if (error is not null && attempt.IsGivenUp)
        {
            error = Fault(GatewayErrorKind.Superseded, attempt.Binding!);
        }
        else if (error is not null && attempt.Candidate.OwnKey is { } key)
        {
            error = Named(error, key);
        }

        attempt.Note(call);
        RecordHealth(context, attempt, error);
        if (alone)
        {
            Record(context, attempt, error);
        }

        span?.End(call.Status, error);
        return error;
    }

    /// <summary>Writes the request as this endpoint's provider wants it. An error when it cannot be asked this.</summary>
    public GatewayError? Prepare(InferenceContext context, Attempt attempt)
    {
        if (UpstreamBinding.For(attempt.Endpoint!) is not { } binding)
        {
            return new GatewayError(GatewayErrorKind.ProviderUnreachable, "The provider's protocol is not spoken here.");
        }

        attempt.Binding = binding;
        attempt.IsPrepared = true;
        return RequestStep.Write(context, attempt, binding.Provider);
    }

    private async ValueTask<GatewayError?> SendAsync(InferenceContext context, Attempt attempt, UpstreamCall call)
    {
        if (!attempt.IsPrepared && Prepare(context, attempt) is { } unsayable)
        {
            return unsayable;
        }

        var binding = attempt.Binding!;
        var provider = binding.Provider;
        var stream = context.Envelope.Stream;
        call.Expect(attempt.Within(FirstByteLimit(context, attempt)));
        await invoker.SendAsync(call, provider, stream ? binding.StreamAddress : binding.Address, attempt.UpstreamBody.Memory, stream);
        if (call.Status != AnswerStatus(provider))
        {
            return await ReadErrorAsync(attempt, call, provider);
        }

        if (attempt.Race is null)
        {
            ParameterHeaders.Set(context, attempt);
        }

        return null;
    }

    internal static int AnswerStatus(Provider provider) => provider.Dialect?.AnswerStatus ?? StatusCodes.Status200OK;

    // All attempts together stay within the bound before an answer.
    private TimeSpan FirstByteLimit(InferenceContext context, Attempt attempt)
    {
        var limits = invoker.Limits;
        var limit = attempt.HasAlternative ? limits.FirstByteWithAlternatives : limits.FirstByte;
        var left = limits.BeforeAnswer - TimeSpan.FromMilliseconds(context.ElapsedMs);
        return left < limit && attempt.Continued is null ? left : limit;
    }

    private async ValueTask<GatewayError> ReadErrorAsync(Attempt attempt, UpstreamCall call, Provider provider)
    {
        var buffer = attempt.Whole;
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

    // At once, also when the other of two attempts goes on for long.
    private void RecordHealth(InferenceContext context, Attempt attempt, GatewayError? error)
    {
        if (error is not null)
        {
            health.RecordFailure(
                attempt.Endpoint!, error.Kind, error.RetryAfter, attempt.ElapsedMs, attempt.Candidate.Credential);
            return;
        }

        var tokens = context.Responder is not null ? attempt.Editor.Usage.CompletionTokens : attempt.Reader.Usage.CompletionTokens;
        health.RecordSuccess(attempt.Endpoint!, LatencyOf(context, attempt), attempt.ElapsedMs, tokens, attempt.Candidate.Credential);
    }

    // From the attempt's start to its first byte.
    private static int LatencyOf(InferenceContext context, Attempt attempt) => attempt.LatencyMs is { } first
        ? Math.Max(0, first - (int)(attempt.StartedMs - context.ArrivedMs))
        : attempt.ElapsedMs;

    /// <summary>Books how an attempt ended: in the list of attempts, and as a loss when its provider will bill what nobody is
    /// charged for.</summary>
    public static void Record(InferenceContext context, Attempt attempt, GatewayError? error)
    {
        var endpoint = attempt.Endpoint!;
        if (error is not null)
        {
            context.Errors.Add(error);
            if (attempt.Binding is { } binding && attempt.Status == AnswerStatus(binding.Provider)
                && error.Kind is not (GatewayErrorKind.ClientClosed or GatewayErrorKind.Superseded))
            {
                BookLoss(context, attempt);
            }
        }

        var latency = error is null ? LatencyOf(context, attempt) : attempt.ElapsedMs;
        context.Attempts.Add(new GenerationAttempt(
            endpoint.Id, endpoint.Provider.Name, attempt.Candidate.Model.Slug, attempt.Status, error?.Row.Code, latency)
        {
            Kind = attempt.Kind,
        });
    }

    // What concerns the caller's own key is the caller's to mend: it is told which key, never what it is.
    private static GatewayError Named(GatewayError error, ByokRoute key) => error.Kind switch
    {
        GatewayErrorKind.ProviderAuth when error.UpstreamStatus is 402 or 429 => error with
        {
            Kind = GatewayErrorKind.ByokKeyUnpaid,
            Message = $"The account behind your own key {key.Id} (BYOK) at {error.Provider} has no credit left.",
        },
        GatewayErrorKind.ProviderAuth => error with
        {
            Kind = GatewayErrorKind.ByokKeyRefused,
            Message = $"{error.Provider} refused your own key {key.Id} (BYOK). Replace it, or switch it off.",
        },
        GatewayErrorKind.ProviderRateLimited => error with
        {
            Message = $"{error.Provider} limits the rate of your own key {key.Id} (BYOK).",
        },
        _ => error,
    };

    // The provider answered and will bill what it did; nobody is charged for it. On an own key it bills the caller.
    private static void BookLoss(InferenceContext context, Attempt attempt)
    {
        if (attempt.Candidate.OwnKey is not null)
        {
            return;
        }

        var cost = Pricer.Price(Meter.UsageOf(context, attempt), TierEdit.Billed(context, attempt).Prices);
        if (cost.Total > Money.Zero)
        {
            var account = attempt.LatencyMs is not null && context.Responder is { IsCommitted: true }
                ? LedgerAccount.LossWaived
                : LedgerAccount.LossFallback;
            attempt.Loss = new LossPosting(account, attempt.Endpoint!.Provider.Slug, cost.Total);
            context.Losses.Add(attempt.Loss);
        }
    }

    internal static GatewayError Fault(GatewayErrorKind kind, UpstreamBinding? binding)
    {
        var name = binding?.Provider.Descriptor.Name;
        return new GatewayError(kind, UpstreamFault.Describe(kind, name ?? "The provider")) { Provider = name };
    }
}
