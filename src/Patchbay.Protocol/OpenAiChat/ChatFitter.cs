namespace Patchbay.Protocol;

/// <summary>Makes a conversation one that a provider's form of the chat API takes. Pure: the request stays as it is.
/// </summary>
internal static class ChatFitter
{
    private static readonly JsonString BlankLine = JsonString.Of("\n\n");

    // Providers refuse an empty answer, too.
    private static readonly JsonString Acknowledgement = JsonString.Of("Understood.");

    /// <summary>The same request where nothing is to be changed.</summary>
    public static CanonicalRequest Fit(CanonicalRequest request, ChatForm form)
    {
        if (request.IsPrompt || !IsNarrow(form))
        {
            return request;
        }

        var messages = new List<CanonicalMessage>(request.Messages.Count + 2);
        var names = form.NamedResults ? FunctionNames(request) : null;
        CanonicalMessage? system = null;
        var follows = false;
        foreach (var message in request.Messages)
        {
            var isSystem = message.Role is CanonicalRole.System or CanonicalRole.Developer;
            if (isSystem && form.OneSystemMessage)
            {
                if (system is null)
                {
                    system = new CanonicalMessage(message.Role);
                    messages.Insert(0, system);
                }

                JoinText(system, message);
                continue;
            }

            if (form.AnswerAfterResults && follows && message.Role == CanonicalRole.User)
            {
                var answer = new CanonicalMessage(CanonicalRole.Assistant);
                answer.Parts.Add(new TextPart(Acknowledgement));
                messages.Add(answer);
            }

            follows = message.Role == CanonicalRole.Tool;
            messages.Add(Fit(message, form, names));
        }

        return request.With(messages);
    }

    private static bool IsNarrow(ChatForm form) =>
        !form.OwnMembers || form.OneSystemMessage || form.NoNames || form.NamedResults || form.AnswerAfterResults
        || form.ShortCallIds || form.NoDeveloper;

    private static Dictionary<string, JsonString> FunctionNames(CanonicalRequest request)
    {
        var names = new Dictionary<string, JsonString>(StringComparer.Ordinal);
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart call)
                {
                    names[call.Id.ToString()] = call.Name;
                }
            }
        }

        return names;
    }

    // One text: providers that take one system message mostly take a string only.
    private static void JoinText(CanonicalMessage system, CanonicalMessage message)
    {
        foreach (var part in message.Parts)
        {
            if (part is not TextPart text)
            {
                system.Parts.Add(part);
            }
            else if (system.Parts is [.., TextPart last])
            {
                last.Text = JsonString.Join(JsonString.Join(last.Text, BlankLine), text.Text);
            }
            else
            {
                system.Parts.Add(new TextPart(text.Text) { Cache = text.Cache });
            }
        }
    }

    private static CanonicalMessage Fit(CanonicalMessage message, ChatForm form, Dictionary<string, JsonString>? names)
    {
        var isAnswer = message.Role == CanonicalRole.Assistant;
        var role = message.Role == CanonicalRole.Developer && form.NoDeveloper ? CanonicalRole.System : message.Role;
        var copy = new CanonicalMessage(role) { PlainReasoning = message.PlainReasoning, Name = message.Name };
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case ImagePart when isAnswer && !form.OwnMembers:
                    break;
                case ToolCallPart call when form.ShortCallIds:
                    copy.Parts.Add(Renamed(call));
                    break;
                case ToolResultPart result:
                    copy.Parts.Add(form.ShortCallIds ? Renamed(result) : result);
                    if (names is not null && copy.Name.IsMissing && names.TryGetValue(result.CallId.ToString(), out var name))
                    {
                        copy.Name = name;
                    }

                    break;
                default:
                    copy.Parts.Add(part);
                    break;
            }
        }

        foreach (var member in message.Extensions)
        {
            if (!isAnswer || form.OwnMembers || member.Name != "annotations")
            {
                copy.Extensions.Add(member);
            }
        }

        if (form.NoNames && message.Role != CanonicalRole.Tool && !message.Name.IsMissing)
        {
            copy.Name = default;
            SayName(copy, message);
        }

        return copy;
    }

    // Who speaks is said in front of what is said.
    private static void SayName(CanonicalMessage copy, CanonicalMessage message)
    {
        var prefix = JsonString.Of($"{message.Name}: ");
        for (var i = 0; i < copy.Parts.Count; i++)
        {
            if (copy.Parts[i] is TextPart text)
            {
                copy.Parts[i] = new TextPart(JsonString.Join(prefix, text.Text)) { Cache = text.Cache };
                return;
            }
        }
    }

    private static ToolCallPart Renamed(ToolCallPart call) =>
        new(ShortCallId.Of(call.Id), call.Name, call.Arguments) { Cache = call.Cache };

    private static ToolResultPart Renamed(ToolResultPart result)
    {
        var copy = new ToolResultPart(ShortCallId.Of(result.CallId)) { IsError = result.IsError, Cache = result.Cache };
        copy.Content.AddRange(result.Content);
        return copy;
    }
}
