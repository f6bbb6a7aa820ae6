using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Answers chat completions.</summary>
internal static class ChatAnswer
{
    public static Task SendAsync(Exchange exchange)
    {
        var request = ChatRequest.Read(exchange.Body);
        var model = exchange.Understand(request.Model, request.Stream);
        var settings = exchange.Settings;
        if (settings.Status != 200 && settings.Replay is null)
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (request.PromptBytes + 3) / 4);
        if (settings.Replay is not null)
        {
            return ReplayAnswer.SendAsync(exchange, request.Stream);
        }

        var plan = ChatPlan.Create(exchange, request, model);
        exchange.PlannedTokens = plan.CompletionTokens;
        if (request.Stream && settings.Fault != FaultKind.JsonOnStream)
        {
            return FramePump.SendAsync(exchange, new ChatFrames(exchange, plan));
        }

        ChatBody.Write(exchange.Payload, plan, settings);
        return PlainAnswer.SendJsonAsync(exchange);
    }
}
