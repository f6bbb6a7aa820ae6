namespace Patchbay.Protocol;

public static partial class CanonicalChatReader
{
    private static void ReadTools(ref JsonSource source, CanonicalRequest request)
    {
        if (!source.OpenArray())
        {
            return;
        }

        while (source.NextItem())
        {
            if (source.Json() is { IsEmpty: false } json && json.Span[0] == (byte)'{')
            {
                request.Tools.Add(ReadTool(json));
            }
        }
    }

    private static CanonicalTool ReadTool(ReadOnlyMemory<byte> json)
    {
        var source = new JsonSource(json);
        var tool = new CanonicalTool();
        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "cache_control": tool.Cache = ReadCache(ref source); break;
                case "function" when source.OpenObject(): ReadFunction(ref source, tool); break;
                case "function": break;
                default: source.Skip(); break;
            }
        }

        return tool.Name.IsMissing ? new CanonicalTool { Json = json, Cache = tool.Cache } : tool;
    }

    private static void ReadFunction(ref JsonSource source, CanonicalTool tool)
    {
        while (source.NextMember(out var name))
        {
            switch (name)
            {
                case "name": tool.Name = source.Text(); break;
                case "description": tool.Description = source.Text(); break;
                case "parameters": tool.Schema = source.Json(); break;
                case "strict": tool.Strict = source.Flag(); break;
                default: tool.Extensions.Add(source.Member(name)); break;
            }
        }
    }

    private static CanonicalToolChoice? ReadToolChoice(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        switch (json.Span)
        {
            case var word when word.SequenceEqual("\"auto\""u8): return new CanonicalToolChoice(ToolChoiceKind.Auto);
            case var word when word.SequenceEqual("\"none\""u8): return new CanonicalToolChoice(ToolChoiceKind.None);
            case var word when word.SequenceEqual("\"required\""u8): return new CanonicalToolChoice(ToolChoiceKind.Required);
            case var word when word[0] != (byte)'{': return new CanonicalToolChoice(ToolChoiceKind.Other, Json: json);
        }

        var source = new JsonSource(json);
        JsonString function = default;
        while (source.NextMember(out var name))
        {
            if (name == "function" && source.OpenObject())
            {
                while (source.NextMember(out var inner))
                {
                    if (inner == "name")
                    {
                        function = source.Text();
                    }
                    else
                    {
                        source.Skip();
                    }
                }
            }
            else if (name != "function")
            {
                source.Skip();
            }
        }

        return function.IsMissing
            ? new CanonicalToolChoice(ToolChoiceKind.Other, Json: json)
            : new CanonicalToolChoice(ToolChoiceKind.Named, function);
    }
}
