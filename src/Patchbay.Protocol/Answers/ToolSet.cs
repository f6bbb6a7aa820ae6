using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The tools of a request with their compiled schemas.</summary>
internal sealed class ToolSet
{
    private readonly Dictionary<string, JsonSchema?> _schemas = new(StringComparer.Ordinal);

    // Tools that are no functions may be called by names that the request does not tell.
    private bool _hasOthers;

    /// <summary>Reads a request's <c>tools</c>.</summary>
    public static ToolSet Read(ReadOnlyMemory<byte> json)
    {
        var tools = new ToolSet();
        try
        {
            var list = JsonElement.Parse(json.Span);
            foreach (var tool in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
            {
                tools.Add(tool);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            tools._hasOthers = true;
        }

        return tools;
    }

    /// <summary>What is wrong with a call. No arguments at all count as an empty object: models that call a tool without
    /// parameters often send none.</summary>
    public AnswerFaults Judge(string name, string arguments)
    {
        if (!_schemas.TryGetValue(name, out var schema))
        {
            return _hasOthers ? AnswerFaults.None : AnswerFaults.UnknownName;
        }

        if (AnswerJudge.Parse(arguments.AsSpan().Trim().IsEmpty ? "{}" : arguments, out var isOdd) is not { } value)
        {
            return isOdd ? AnswerFaults.None : AnswerFaults.InvalidJson;
        }

        return schema is not null && schema.Check(value) == SchemaVerdict.Invalid
            ? AnswerFaults.SchemaMismatch
            : AnswerFaults.None;
    }

    private void Add(JsonElement tool)
    {
        if (tool.ValueKind == JsonValueKind.Object
            && tool.TryGetProperty("function"u8, out var function) && function.ValueKind == JsonValueKind.Object
            && function.TryGetProperty("name"u8, out var name) && name.ValueKind == JsonValueKind.String)
        {
            _schemas[name.GetString()!] =
                function.TryGetProperty("parameters"u8, out var schema) ? JsonSchema.TryCompile(schema) : null;
        }
        else
        {
            _hasOthers = true;
        }
    }
}
