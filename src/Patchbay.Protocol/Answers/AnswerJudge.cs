using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Judges answers: whether tool calls name a tool of the request with arguments that its JSON Schema (draft 7)
/// allows, and whether a structured answer obeys its own. A schema that is absent or no schema allows everything, and what
/// cannot be decided with a bounded amount of work counts as right. Not part of the request path. Not safe for use by
/// several threads.</summary>
public sealed class AnswerJudge
{
    // Callers send the same tools again and again.
    private const int MostCached = 128;
    private const int Deepest = 256;

    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    private readonly Dictionary<string, ToolSet> _tools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonSchema?> _formats = new(StringComparer.Ordinal);

    /// <summary>Judges one answer. One that was cut off by a limit or by a filter is not blamed for what is missing.
    /// </summary>
    public AnswerFindings Judge(AnswerSample sample)
    {
        var hasTools = !sample.Tools.IsEmpty;
        var isCut = sample.Finish is "length" or "content_filter";
        var faults = sample.Finish == "error" ? AnswerFaults.BadFinish : AnswerFaults.None;
        if (sample.IsEmpty)
        {
            return new AnswerFindings(hasTools, false, isCut ? faults : faults | AnswerFaults.Empty);
        }

        if (isCut || Read(sample) is not { } answer)
        {
            return new AnswerFindings(hasTools, false, faults);
        }

        if (hasTools && answer.Calls.Count > 0)
        {
            var tools = ToolsOf(sample.Tools);
            foreach (var call in answer.Calls)
            {
                faults |= tools.Judge(call.Name, call.Arguments);
            }
        }

        var hasStructure = !sample.Format.IsEmpty && answer.Calls.Count == 0 && answer.Text is not null;
        if (hasStructure && !IsStructured(answer.Text!, FormatOf(sample.Format)))
        {
            faults |= AnswerFaults.BrokenStructure;
        }

        return new AnswerFindings(hasTools, hasStructure, faults);
    }

    /// <summary>What a text is as JSON; null when it is none, and <paramref name="isOdd"/> when it is JSON that cannot be
    /// judged: nested deeply, or with names that occur twice.</summary>
    internal static JsonElement? Parse(string text, out bool isOdd)
    {
        isOdd = false;
        try
        {
            return JsonElement.Parse(text, NoDuplicates);
        }
        catch (JsonException)
        {
            isOdd = IsJson(text);
            return null;
        }
    }

    private static bool IsStructured(string text, JsonSchema? schema) =>
        Parse(text, out var isOdd) is { } value ? schema is null || schema.Check(value) != SchemaVerdict.Invalid : isOdd;

    private static bool IsJson(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            while (reader.Read())
            {
                // Reading is all there is to do.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private ToolSet ToolsOf(ReadOnlyMemory<byte> json)
    {
        var key = Convert.ToHexString(SHA256.HashData(json.Span));
        if (!_tools.TryGetValue(key, out var tools))
        {
            if (_tools.Count >= MostCached)
            {
                _tools.Clear();
            }

            _tools.Add(key, tools = ToolSet.Read(json));
        }

        return tools;
    }

    private JsonSchema? FormatOf(ReadOnlyMemory<byte> json)
    {
        var key = Convert.ToHexString(SHA256.HashData(json.Span));
        if (!_formats.TryGetValue(key, out var schema))
        {
            if (_formats.Count >= MostCached)
            {
                _formats.Clear();
            }

            _formats.Add(key, schema = ReadFormat(json));
        }

        return schema;
    }

    // {"type":"json_schema","json_schema":{"schema":{…}}}
    private static JsonSchema? ReadFormat(ReadOnlyMemory<byte> json)
    {
        try
        {
            var format = JsonElement.Parse(json.Span);
            return format.ValueKind == JsonValueKind.Object
                && format.TryGetProperty("json_schema"u8, out var named) && named.ValueKind == JsonValueKind.Object
                && named.TryGetProperty("schema"u8, out var schema)
                ? JsonSchema.TryCompile(schema)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Answer? Read(AnswerSample sample)
    {
        try
        {
            return sample.IsWhole ? ReadWhole(sample.Answer.Span) : ReadPieces(sample.Answer.Span);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair in a name or a text: there is nothing to compare.
            return null;
        }
    }

    private static Answer? ReadWhole(ReadOnlySpan<byte> body)
    {
        var root = JsonElement.Parse(body);
        if (!root.TryGetProperty("choices"u8, out var choices) || choices.ValueKind != JsonValueKind.Array
            || choices.GetArrayLength() != 1 || choices[0].ValueKind != JsonValueKind.Object
            || !choices[0].TryGetProperty("message"u8, out var message) || message.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var text = message.TryGetProperty("content"u8, out var content) && content.ValueKind == JsonValueKind.String
            ? content.GetString()
            : null;
        var answer = new Answer(text is { Length: > 0 } ? text : null, []);
        if (!message.TryGetProperty("tool_calls"u8, out var calls) || calls.ValueKind != JsonValueKind.Array)
        {
            return answer;
        }

        foreach (var call in calls.EnumerateArray())
        {
            if (call.ValueKind != JsonValueKind.Object
                || !call.TryGetProperty("function"u8, out var function) || function.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            var name = function.TryGetProperty("name"u8, out var named) && named.ValueKind == JsonValueKind.String
                ? named.GetString()!
                : "";
            var arguments = !function.TryGetProperty("arguments"u8, out var given) || given.ValueKind == JsonValueKind.Null ? ""
                : given.ValueKind == JsonValueKind.String ? given.GetString()!
                : given.GetRawText();
            answer.Calls.Add(new Call(name, arguments));
        }

        return answer;
    }

    private static Answer ReadPieces(ReadOnlySpan<byte> pieces)
    {
        var text = new StringBuilder();
        var calls = new SortedDictionary<byte, (StringBuilder Name, StringBuilder Arguments)>();
        byte[] scratch = [];
        while (!pieces.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(pieces[2..]);
            var inside = pieces.Slice(AnswerEvidence.Head, length);
            if (scratch.Length < length)
            {
                scratch = new byte[Math.Max(1024, length * 2)];
            }

            var value = Encoding.UTF8.GetString(scratch.AsSpan(0, JsonText.Unescape(inside, scratch)));
            if ((AnswerPiece)pieces[0] == AnswerPiece.Text)
            {
                text.Append(value);
            }
            else
            {
                if (!calls.TryGetValue(pieces[1], out var call))
                {
                    calls.Add(pieces[1], call = (new StringBuilder(), new StringBuilder()));
                }

                ((AnswerPiece)pieces[0] == AnswerPiece.Name ? call.Name : call.Arguments).Append(value);
            }

            pieces = pieces[(AnswerEvidence.Head + length)..];
        }

        var answer = new Answer(text.Length > 0 ? text.ToString() : null, []);
        foreach (var (name, arguments) in calls.Values)
        {
            answer.Calls.Add(new Call(name.ToString(), arguments.ToString()));
        }

        return answer;
    }

    private sealed record Answer(string? Text, List<Call> Calls);

    private readonly record struct Call(string Name, string Arguments);
}
