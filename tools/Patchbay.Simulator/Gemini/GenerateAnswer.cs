using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Gemini;

/// <summary>Answers requests to generate content. What to say is planned as for a chat completion; only the telling differs.
/// </summary>
internal static class GenerateAnswer
{
    public static Task SendAsync(Exchange exchange)
    {
        if (exchange.Header("x-goog-api-key") is null && exchange.Header("Authorization") is null)
        {
            return PlainAnswer.SendErrorAsync(exchange, new ErrorReply(
                403, "PERMISSION_DENIED", null, "Method doesn't allow unregistered callers (callers without established identity)."));
        }

        using var request = GenerateRequest.Read(exchange.Path, exchange.Body);
        var model = exchange.Understand(request.Model, request.Stream);
        var settings = exchange.Settings;
        if (settings.Status != 200 && settings.Fault is not (FaultKind.ErrorMidStream or FaultKind.ErrorIn200) && settings.Replay is null)
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        if (settings.Replay is not null)
        {
            return ReplayAnswer.SendAsync(exchange, request.Stream);
        }

        request.Check(model);
        var chat = ChatRequest.Read(request.ToChat());
        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (chat.PromptBytes + 3) / 4);
        var plan = GeneratePlan.Create(exchange, ChatPlan.Create(exchange, chat, model), request);
        exchange.PlannedTokens = (int)(plan.Output + plan.Thinking);
        if (request.Stream && settings.Fault != FaultKind.JsonOnStream)
        {
            return FramePump.SendAsync(exchange, new GenerateFrames(plan));
        }

        plan.WriteWhole(exchange.Payload);
        return PlainAnswer.SendJsonAsync(exchange);
    }
}
