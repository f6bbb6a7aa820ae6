using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>Answers messages. What to say is planned as for a chat completion; only the telling differs.</summary>
internal static class MessagesAnswer
{
    public static Task SendAsync(Exchange exchange)
    {
        if (exchange.Header("x-api-key") is null && exchange.Header("Authorization") is null)
        {
            return PlainAnswer.SendErrorAsync(
                exchange, new ErrorReply(401, "authentication_error", null, "x-api-key header is required"));
        }

        if (exchange.Header("anthropic-version") is null)
        {
            throw new FormatException("anthropic-version: header is required");
        }

        return SendAsync(exchange, MessagesRequest.Read(exchange.Body));
    }

    /// <summary>Answers a request of whoever may ask, and disposes it.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="message">The request.</param>
    /// <param name="pack">What becomes of the events on their way; null sends them as they are.</param>
    public static Task SendAsync(Exchange exchange, MessagesRequest message, Func<IFrameSource, IFrameSource>? pack = null)
    {
        using var request = message;
        var model = exchange.Understand(request.Model, request.Stream);
        var settings = exchange.Settings;
        if (settings.Status != 200 && settings.Fault is not (FaultKind.ErrorMidStream or FaultKind.ErrorIn200) && settings.Replay is null)
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        if (settings.Replay is not null)
        {
            return ReplayAnswer.SendAsync(
                exchange, request.Stream, pack is null ? null : recording => pack(new RecordedFrames(recording)));
        }

        request.Check();
        var chat = ChatRequest.Read(request.ToChat());
        exchange.PromptTokens = settings.PromptTokens ?? Math.Max(1, (chat.PromptBytes + 3) / 4);
        var plan = MessagesPlan.Create(exchange, ChatPlan.Create(exchange, chat, model), request.Thinks, request.CacheTtl);
        exchange.PlannedTokens = plan.OutputTokens;
        if (request.Stream && settings.Fault != FaultKind.JsonOnStream)
        {
            var frames = new MessagesFrames(plan, settings);
            return FramePump.SendAsync(exchange, pack is null ? frames : pack(frames));
        }

        plan.WriteMessage(exchange.Payload);
        return PlainAnswer.SendJsonAsync(exchange);
    }
}
