using Patchbay.Simulator.Anthropic;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Bedrock;

/// <summary>Answers Converse requests. What to say is planned as for a message of Anthropic's; only the telling differs.
/// </summary>
internal static class ConverseAnswer
{
    public static Task SendAsync(Exchange exchange)
    {
        if (SignatureCheck.Refuse(exchange) is { } refusal)
        {
            return PlainAnswer.SendErrorAsync(exchange, refusal);
        }

        using var request = ConverseRequest.Read(exchange.Path, exchange.Body);
        var model = exchange.Understand(request.Model, request.Stream);
        var settings = exchange.Settings;
        if (settings.Status != 200 && settings.Fault is not (FaultKind.ErrorMidStream or FaultKind.ErrorIn200) && settings.Replay is null)
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        if (settings.Replay is not null)
        {
            return ReplayAnswer.SendAsync(exchange, request.Stream, static recording => new RecordedConverse(recording));
        }

        request.Check();
        var chat = ChatRequest.Read(request.ToChat());
        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (chat.PromptBytes + 3) / 4);
        var plan = MessagesPlan.Create(exchange, ChatPlan.Create(exchange, chat, model), request.Thinks, request.CacheTtl);
        exchange.PlannedTokens = plan.OutputTokens;
        if (request.Stream && settings.Fault != FaultKind.JsonOnStream)
        {
            return FramePump.SendAsync(exchange, new ConverseFrames(plan));
        }

        ConverseMessage.Write(plan, exchange.Payload);
        return PlainAnswer.SendJsonAsync(exchange);
    }
}
