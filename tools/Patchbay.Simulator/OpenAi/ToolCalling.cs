using System.Globalization;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>One tool call: its reported index, id, function name and arguments text.</summary>
internal readonly record struct ToolCall(int Index, string Id, string Name, string Arguments);

/// <summary>One step of a streamed tool call: the opening with id and name, or a piece of the arguments, escaped.</summary>
internal readonly record struct ToolStep(ToolCall Call, byte[]? Arguments);

/// <summary>Chooses tools of a request and makes up arguments that their schemas accept.</summary>
internal static class ToolCalling
{
    private const int FragmentCharacters = 6;

    /// <summary>The calls to make; none when the settings and the request ask for none.</summary>
    public static ToolCall[] Choose(Exchange exchange, ChatRequest request)
    {
        var settings = exchange.Settings;
        var odd = settings.Fault is FaultKind.ToolInterleaved or FaultKind.ToolGap or FaultKind.ToolBadargs;
        var count = odd && settings.Fault != FaultKind.ToolBadargs ? Math.Max(2, settings.Tools)
            : odd ? Math.Max(1, settings.Tools) : settings.Tools;
        if (count == 0 && request.ToolChoice.IsEmpty)
        {
            return [];
        }

        var forced = ForcedName(request.ToolChoice, out var required);
        count = required ? Math.Max(1, count) : count;
        var tools = ReadTools(request.Tools, forced);
        if (tools.Count == 0 && odd)
        {
            tools.Add(("lookup", null));
        }

        if (tools.Count == 0)
        {
            return [];
        }

        var calls = new ToolCall[count];
        for (var i = 0; i < count; i++)
        {
            var (name, schema) = tools[i % tools.Count];
            var arguments = settings.Fault == FaultKind.ToolBadargs
                ? "{'place': \"unfinished"
                : schema is null ? "{\"query\":\"amber\"}" : SchemaSample.Create(schema, exchange.Options.Seed + (ulong)i);
            var id = string.Create(CultureInfo.InvariantCulture, $"call_sim_{exchange.Sequence}_{i}");
            calls[i] = new ToolCall(settings.Fault == FaultKind.ToolGap ? i * 2 : i, id, name, arguments);
        }

        return calls;
    }

    /// <summary>Cuts calls into steps: one call after the other, or taking turns.</summary>
    public static ToolStep[] Steps(ToolCall[] calls, bool interleaved)
    {
        var byCall = Array.ConvertAll(calls, StepsOf);
        var steps = new List<ToolStep>();
        if (!interleaved)
        {
            foreach (var one in byCall)
            {
                steps.AddRange(one);
            }

            return [.. steps];
        }

        var more = true;
        for (var i = 0; more; i++)
        {
            more = false;
            foreach (var one in byCall)
            {
                if (i < one.Count)
                {
                    steps.Add(one[i]);
                    more = true;
                }
            }
        }

        return [.. steps];
    }

    private static List<ToolStep> StepsOf(ToolCall call)
    {
        var steps = new List<ToolStep> { new(call, null) };
        for (var at = 0; at < call.Arguments.Length; at += FragmentCharacters)
        {
            var length = Math.Min(FragmentCharacters, call.Arguments.Length - at);
            steps.Add(new ToolStep(call, JsonBytes.Escape(call.Arguments.AsSpan(at, length))));
        }

        return steps;
    }

    private static string? ForcedName(ReadOnlyMemory<byte> toolChoice, out bool required)
    {
        required = false;
        if (toolChoice.IsEmpty)
        {
            return null;
        }

        using var choice = JsonDocument.Parse(toolChoice);
        if (choice.RootElement.ValueKind == JsonValueKind.String)
        {
            required = choice.RootElement.ValueEquals("required"u8);
            return null;
        }

        if (choice.RootElement.ValueKind == JsonValueKind.Object
            && choice.RootElement.TryGetProperty("function"u8, out var function)
            && function.ValueKind == JsonValueKind.Object
            && function.TryGetProperty("name"u8, out var name))
        {
            required = true;
            return name.GetString();
        }

        return null;
    }

    private static List<(string Name, JsonElement? Schema)> ReadTools(ReadOnlyMemory<byte> tools, string? only)
    {
        var found = new List<(string, JsonElement?)>();
        if (tools.IsEmpty)
        {
            return found;
        }

        using var document = JsonDocument.Parse(tools);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            return found;
        }

        foreach (var tool in document.RootElement.EnumerateArray())
        {
            if (tool.ValueKind == JsonValueKind.Object
                && tool.TryGetProperty("function"u8, out var function) && function.ValueKind == JsonValueKind.Object
                && function.TryGetProperty("name"u8, out var name) && name.GetString() is { } text
                && (only is null || only == text))
            {
                found.Add((text, function.TryGetProperty("parameters"u8, out var schema) ? schema.Clone() : null));
            }
        }

        return found;
    }
}
