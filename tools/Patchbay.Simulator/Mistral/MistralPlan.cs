using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Mistral;

/// <summary>What an answer will say, as pieces; the stream and the plain body are told from it.</summary>
internal sealed class MistralPlan
{
    public required long Sequence { get; init; }

    public required long Created { get; init; }

    public required string Model { get; init; }

    public required string[] Thoughts { get; init; }

    public required string[] Text { get; init; }

    public required ToolCall[] Calls { get; init; }

    public required string? Finish { get; init; }

    public required bool HasUsage { get; init; }

    public required long Prompt { get; init; }

    public required long Cached { get; init; }

    /// <summary>Tokens of the answer; those of thoughts are among them and not told apart.</summary>
    public required long Completion { get; init; }

    public static MistralPlan Create(Exchange exchange, ChatPlan chat, bool thinks)
    {
        var usage = chat.Usage.As(exchange.Settings.Usage);
        return new MistralPlan
        {
            Sequence = chat.Sequence,
            Created = chat.Created,
            Model = chat.Model,
            Thoughts = thinks ? chat.Thoughts() : [],
            Text = chat.ToolCalls.Length > 0 ? [] : chat.Texts(),
            Calls = chat.ToolCalls,
            Finish = chat.Finish,
            HasUsage = exchange.Settings.Usage != UsageShape.Missing,
            Prompt = usage.Prompt,
            Cached = usage.Cached,
            Completion = thinks ? usage.Completion : usage.Completion - usage.Reasoning,
        };
    }

    /// <summary>Writes the whole answer.</summary>
    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteHead(json, "chat.completion");
        WriteChoice(json, "message", Finish, json =>
        {
            json.WriteString("role"u8, "assistant"u8);
            if (Thoughts.Length == 0)
            {
                json.WriteString("content"u8, string.Concat(Text));
            }
            else
            {
                json.WriteStartArray("content"u8);
                WriteThought(json, string.Concat(Thoughts));
                if (Text.Length > 0)
                {
                    WriteText(json, string.Concat(Text));
                }

                json.WriteEndArray();
            }

            WriteCalls(json);
        });
        WriteUsage(json);
        json.WriteEndObject();
    }

    public void WriteHead(Utf8JsonWriter json, string type)
    {
        json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"sim{Sequence:x29}"));
        json.WriteString("object"u8, type);
        json.WriteNumber("created"u8, Created);
        json.WriteString("model"u8, Model);
    }

    public static void WriteChoice(Utf8JsonWriter json, string member, string? finish, Action<Utf8JsonWriter> write)
    {
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject(member);
        write(json);
        json.WriteEndObject();
        json.WriteString("finish_reason"u8, finish);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public static void WriteThought(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteStartArray("thinking"u8);
        WriteText(json, text);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    /// <summary>Calls stand together, without an index; an id is nine letters and digits.</summary>
    public void WriteCalls(Utf8JsonWriter json)
    {
        if (Calls.Length == 0)
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < Calls.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"Sim{Sequence % 10_000:D4}{i:D2}"));
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, Calls[i].Name);
            json.WriteString("arguments"u8, Calls[i].Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching
    public void WriteUsage(Utf8JsonWriter json)
    {
        if (!HasUsage)
        {
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, Prompt);
        json.WriteNumber("total_tokens"u8, Prompt + Completion);
        json.WriteNumber("completion_tokens"u8, Completion);
        if (Cached > 0)
        {
            json.WriteStartObject("prompt_tokens_details"u8);
            json.WriteNumber("cached_tokens"u8, Cached);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
