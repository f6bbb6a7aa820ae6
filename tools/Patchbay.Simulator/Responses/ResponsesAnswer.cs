using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Responses;

/// <summary>Answers requests for a response. What to say is planned as for a chat completion; only the telling differs.
/// </summary>
internal static class ResponsesAnswer
{
    public static Task SendAsync(Exchange exchange)
    {
        if (exchange.Header("Authorization") is null)
        {
            return PlainAnswer.SendErrorAsync(exchange, new ErrorReply(
                401, "invalid_request_error", "invalid_api_key", "You didn't provide an API key."));
        }

        using var request = ResponsesRequest.Read(exchange.Body);
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

        new ResponsesCheck(request.Root, model).Run();
        var chat = ChatRequest.Read(request.ToChat());
        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (chat.PromptBytes + 3) / 4);
        var plan = ResponsesPlan.Create(exchange, ChatPlan.Create(exchange, chat, model), request);
        exchange.PlannedTokens = plan.CompletionTokens;
        if (request.Stream && settings.Fault != FaultKind.JsonOnStream)
        {
            return FramePump.SendAsync(exchange, new ResponsesFrames(plan, settings));
        }

        plan.WriteWhole(exchange.Payload);
        return PlainAnswer.SendJsonAsync(exchange);
    }
}
