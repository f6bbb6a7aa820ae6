using System.Buffers;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Puts one probe to one endpoint, in the way that requests go: the same writing, the same transport, the same
/// reading.</summary>
internal sealed class CanaryCaller(UpstreamInvoker invoker, CanaryBudget budget)
{
    /// <summary>The most that a probe can cost there.</summary>
    public static Money Worst(Candidate candidate, CanaryProbe probe)
    {
        var envelope = new RequestEnvelope();
        Read(probe.Body(candidate.Model.Slug, logprobs: false), envelope);
        return WorstCase.Of(candidate.Endpoint.Prices, CreditStep.PromptBound(envelope), 0).With(probe.MostTokens);
    }

    /// <summary>The answer; null when none came.</summary>
    /// <exception cref="CanaryBudgetException">The budget does not allow the call, which was not made.</exception>
    public async Task<CanaryAnswer?> AskAsync(Candidate candidate, CanaryProbe probe, CancellationToken cancellationToken)
    {
        var endpoint = candidate.Endpoint;
        if (UpstreamBinding.For(endpoint) is not { } binding)
        {
            return null;
        }

        var context = new InferenceContext();
        var attempt = context.Current;
        attempt.Begin(candidate, AttemptKind.Ordinary, hasAlternative: false);
        attempt.Binding = binding;
        try
        {
            var hasLogprobs = endpoint.Supported.HasFlag(Parameters.Logprobs);
            context.Body.Write(probe.Body(candidate.Model.Slug, hasLogprobs));
            Read(context.Body.Span, context.Envelope);
            if (RequestStep.Write(context, attempt, binding.Provider) is not null)
            {
                return null;
            }

            var reservation = await budget.TryReserveAsync(endpoint.Provider.Slug, Worst(candidate, probe), cancellationToken)
                ?? throw new CanaryBudgetException();
            return await CallAsync(context, attempt, reservation, probe, cancellationToken);
        }
        finally
        {
            context.Body.Dispose();
            attempt.Release();
        }
    }

    private async Task<CanaryAnswer?> CallAsync(
        InferenceContext context, Attempt attempt, CanaryReservation reservation, CanaryProbe probe,
        CancellationToken cancellationToken)
    {
        // Until it is known what the call cost, it cost the most: a provider may bill what it never delivered.
        var cost = reservation.Most;
        var binding = attempt.Binding!;
        using var call = invoker.CreateCall();
        await using var stop = cancellationToken.Register(call.Abandon);
        try
        {
            call.Expect(invoker.Limits.FirstByte);
            await invoker.SendAsync(call, binding.Provider, binding.Address, attempt.UpstreamBody.Memory, stream: false);
            if (call.Status != AttemptStep.AnswerStatus(binding.Provider))
            {
                cost = Money.Zero;
                return null;
            }

            if (await WholeRelay.RunAsync(context, attempt, call, invoker.Limits) is not null)
            {
                return null;
            }

            cost = Pricer.Price(Meter.UsageOf(context, attempt), TierEdit.Billed(context, attempt).Prices).Total;
            return ReadAnswer(context, probe);
        }
        catch (Exception exception) when (UpstreamFault.Classify(exception, call, call.Status != 0) is { } kind)
        {
            cost = kind is GatewayErrorKind.ProviderUnreachable or GatewayErrorKind.ProviderTlsError ? Money.Zero : cost;
            return null;
        }
        finally
        {
            if (call.IsSendingBody)
            {
                attempt.UpstreamBody.Abandon();
            }

            await budget.SettleAsync(reservation, cost, CancellationToken.None);
        }
    }

    private static void Read(ReadOnlySpan<byte> body, RequestEnvelope envelope)
    {
        if (ChatRequestReader.Read(body, envelope) is { } error)
        {
            throw new InvalidOperationException($"A probe is no request: {error.Message}");
        }
    }

    private static CanaryAnswer? ReadAnswer(InferenceContext context, CanaryProbe probe)
    {
        try
        {
            var root = JsonElement.Parse(context.Current.Whole.Span);
            if (!root.TryGetProperty("choices"u8, out var choices) || choices.ValueKind != JsonValueKind.Array
                || choices.GetArrayLength() == 0 || choices[0].ValueKind != JsonValueKind.Object
                || !choices[0].TryGetProperty("message"u8, out var message) || message.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var findings = probe.HasTool ? JudgeTool(context) : default;
            var hasCall = message.TryGetProperty("tool_calls"u8, out var calls) && calls.ValueKind == JsonValueKind.Array
                && calls.GetArrayLength() > 0;
            var (tokens, logprobs) = Logprobs(choices[0]);
            return new CanaryAnswer
            {
                Text = Text(message, "reasoning"u8) + Text(message, "reasoning_content"u8) + Text(message, "content"u8),
                CalledTool = hasCall && findings == AnswerFaults.None,
                MiscalledTool = hasCall && findings != AnswerFaults.None,
                PromptTokens = context.Reader is { HasUsage: true, Usage: { UncachedInput: not null } usage } ? usage.PromptTokens : null,
                Tokens = tokens,
                Logprobs = logprobs,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static AnswerFaults JudgeTool(InferenceContext context)
    {
        var evidence = new AnswerEvidence();
        evidence.Begin(context.Envelope);
        evidence.KeepRequest(context.Envelope, context.Body.Span);
        evidence.KeepWhole(context.Current.Whole.Span);
        using var sample = evidence.Detach(context.Reader.FinishReason, context.Reader.IsEmpty);
        return sample is null ? AnswerFaults.None : new AnswerJudge().Judge(sample).Faults & AnswerFaults.ToolCall;
    }

    private static string Text(JsonElement message, ReadOnlySpan<byte> name) =>
        message.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static (List<string> Tokens, List<double> Logprobs) Logprobs(JsonElement choice)
    {
        var tokens = new List<string>();
        var logprobs = new List<double>();
        if (choice.TryGetProperty("logprobs"u8, out var all) && all.ValueKind == JsonValueKind.Object
            && all.TryGetProperty("content"u8, out var content) && content.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in content.EnumerateArray())
            {
                if (token.ValueKind != JsonValueKind.Object
                    || !token.TryGetProperty("token"u8, out var text) || text.ValueKind != JsonValueKind.String
                    || !token.TryGetProperty("logprob"u8, out var number) || number.ValueKind != JsonValueKind.Number)
                {
                    break;
                }

                tokens.Add(text.GetString()!);
                logprobs.Add(number.GetDouble());
            }
        }

        return (tokens, logprobs);
    }
}

/// <summary>The day's budget is used up.</summary>
internal sealed class CanaryBudgetException : Exception;
