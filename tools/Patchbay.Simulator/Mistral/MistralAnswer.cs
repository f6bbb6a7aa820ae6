using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Mistral;

/// <summary>Answers Mistral's chat requests. What to say is planned as for a chat completion; only the telling differs.
/// </summary>
internal static class MistralAnswer
{
    public static Task SendAsync(Exchange exchange)
    {
        if (exchange.Header("Authorization")?.StartsWith("Bearer ", StringComparison.Ordinal) != true)
        {
            return PlainAnswer.SendErrorAsync(exchange, new ErrorReply(401, "", null, "Unauthorized"));
        }

        using var request = MistralRequest.Read(exchange.Body);
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

        if (MistralCheck.Refuse(request.Root) is { } refusal)
        {
            return PlainAnswer.SendErrorAsync(exchange, refusal);
        }

        var chat = ChatRequest.Read(request.ToChat());
        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (chat.PromptBytes + 3) / 4);
        var plan = MistralPlan.Create(exchange, ChatPlan.Create(exchange, chat, model), request.Thinks);
        exchange.PlannedTokens = (int)plan.Completion;
        if (request.Stream && settings.Fault != FaultKind.JsonOnStream)
        {
            return FramePump.SendAsync(exchange, new MistralFrames(plan));
        }

        plan.WriteWhole(exchange.Payload);
        return PlainAnswer.SendJsonAsync(exchange);
    }
}
