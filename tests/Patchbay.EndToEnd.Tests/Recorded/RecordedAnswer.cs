using System.Text;
using System.Text.Json;

namespace Patchbay.EndToEnd.Tests.Recorded;

/// <summary>What a caller makes of an answer, whether it came whole or in chunks: all texts joined.</summary>
internal sealed class RecordedAnswer
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly SortedDictionary<int, StringBuilder> _tools = [];

    public string Text => _text.ToString();

    public string Reasoning => _reasoning.ToString();

    /// <summary>For each tool call: id, name and arguments.</summary>
    public IReadOnlyList<string> Tools => [.. _tools.Values.Select(tool => tool.ToString())];

    public string? FinishReason { get; private set; }

    public static RecordedAnswer Of(IEnumerable<JsonElement> documents)
    {
        var answer = new RecordedAnswer();
        foreach (var document in documents)
        {
            foreach (var choice in document.GetProperty("choices").EnumerateArray())
            {
                answer.Add(choice);
            }
        }

        return answer;
    }

    private void Add(JsonElement choice)
    {
        if (choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String)
        {
            FinishReason = reason.GetString();
        }

        var delta = choice.TryGetProperty("delta", out var part) ? part : choice.GetProperty("message");
        foreach (var member in delta.EnumerateObject())
        {
            switch (member.Name)
            {
                case "content":
                    AddContent(member.Value);
                    break;
                case "reasoning_content" or "reasoning" when member.Value.ValueKind == JsonValueKind.String:
                    _reasoning.Append(member.Value.GetString());
                    break;
                case "tool_calls" when member.Value.ValueKind == JsonValueKind.Array:
                    AddTools(member.Value);
                    break;
            }
        }
    }

    private void AddContent(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            _text.Append(content.GetString());
            return;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        // Mistral's reasoning models: a list of parts.
        foreach (var part in content.EnumerateArray())
        {
            if (part.TryGetProperty("text", out var text))
            {
                _text.Append(text.GetString());
            }
            else
            {
                foreach (var thought in part.GetProperty("thinking").EnumerateArray())
                {
                    _reasoning.Append(thought.GetProperty("text").GetString());
                }
            }
        }
    }

    private void AddTools(JsonElement calls)
    {
        var position = 0;
        foreach (var call in calls.EnumerateArray())
        {
            var index = call.TryGetProperty("index", out var number) ? number.GetInt32() : position;
            position++;
            if (!_tools.TryGetValue(index, out var tool))
            {
                _tools[index] = tool = new StringBuilder();
            }

            if (call.TryGetProperty("id", out var id))
            {
                tool.Append(id.GetString()).Append(' ');
            }

            var function = call.GetProperty("function");
            if (function.TryGetProperty("name", out var name))
            {
                tool.Append(name.GetString()).Append(' ');
            }

            if (function.TryGetProperty("arguments", out var arguments))
            {
                tool.Append(arguments.GetString());
            }
        }
    }
}
