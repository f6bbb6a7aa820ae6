using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Ollama;

/// <summary>Answers Ollama's chat requests. What to say is planned as for a chat completion; only the telling differs.
/// </summary>
internal static class OllamaAnswer
{
    public static Task SendAsync(Exchange exchange)
    {
        using var request = OllamaRequest.Read(exchange.Body);
        var model = exchange.Understand(request.Model, request.Stream);
        var settings = exchange.Settings;
        if (settings.Status != 200 && settings.Fault is not (FaultKind.ErrorMidStream or FaultKind.ErrorIn200))
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        request.Check();
        var chat = ChatRequest.Read(request.ToChat());
        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (chat.PromptBytes + 3) / 4);
        var plan = OllamaPlan.Create(exchange, ChatPlan.Create(exchange, chat, model), request.Thinks);
        exchange.PlannedTokens = (int)plan.Output;
        if (request.Stream && settings.Fault != FaultKind.JsonOnStream)
        {
            return FramePump.SendAsync(exchange, new OllamaFrames(plan));
        }

        plan.WriteWhole(exchange.Payload);
        return PlainAnswer.SendJsonAsync(exchange);
    }
}
