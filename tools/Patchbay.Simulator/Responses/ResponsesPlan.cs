using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Responses;

/// <summary>What a response will say, as items and pieces; the stream and the plain body are told from it.</summary>
internal sealed class ResponsesPlan
{
    // A summary that begins with this shows any change of quotes, escapes, line ends or letters on its way.
    private const string Opening = "**\"Hm\\\":**\n\n\tétude, 東京 🙂 </b> &amp; \u2028";

    public required string Id { get; init; }

    public required long Created { get; init; }

    public required string Model { get; init; }

    public required Thought[] Thoughts { get; init; }

    /// <summary>The pieces of the text, or of the refusal; empty for none.</summary>
    public required string[] Text { get; init; }

    public required bool IsRefusal { get; init; }

    public required bool HasLogprobs { get; init; }

    public required ToolCall[] Calls { get; init; }

    /// <summary>Why the response ends too early; null when it does not.</summary>
    public required string? Incomplete { get; init; }

    public required bool Fails { get; init; }

    public required ChatUsage? Usage { get; init; }

    public required int CompletionTokens { get; init; }

    public required bool Encrypts { get; init; }

    public string Ending => Fails ? "failed" : Incomplete is null ? "completed" : "incomplete";

    public string MessageId => "msg_" + Id;

    public static ResponsesPlan Create(Exchange exchange, ChatPlan chat, ResponsesRequest request)
    {
        var settings = exchange.Settings;
        var id = string.Create(CultureInfo.InvariantCulture, $"sim_{chat.Sequence}");
        return new ResponsesPlan
        {
            Id = id,
            Created = chat.Created,
            Model = chat.Model,
            Thoughts = request.Thinks ? ThoughtsOf(chat, settings.Redacted, id, request.WantsSummary) : [],
            Text = chat.ToolCalls.Length > 0 ? [] : Texts(chat),
            IsRefusal = chat.IsRefusal,
            HasLogprobs = request.WantsLogprobs,
            Calls = chat.ToolCalls,
            Incomplete = chat.Finish switch { "length" => "max_output_tokens", "content_filter" => "content_filter", _ => null },
            Fails = chat.Finish == "error",
            Usage = settings.Usage == UsageShape.Missing ? null : chat.Usage.As(settings.Usage),
            CompletionTokens = chat.CompletionTokens,
            Encrypts = request.WantsEncrypted,
        };
    }

    /// <summary>Writes the whole response.</summary>
    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteResponse(json, Ending);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of the response as it stands: empty in progress, whole at its end.</summary>
    public void WriteResponse(Utf8JsonWriter json, string status)
    {
        var hasEnded = status != "in_progress";
        json.WriteString("id"u8, "resp_" + Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, Created);
        json.WriteString("status"u8, status);
        json.WritePropertyName("error"u8);
        if (hasEnded && Fails)
        {
            json.WriteStartObject();
            json.WriteString("code"u8, "server_error"u8);
            json.WriteString("message"u8, "The model failed to answer."u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WritePropertyName("incomplete_details"u8);
        if (hasEnded && Incomplete is not null)
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, Incomplete);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("model"u8, Model);
        json.WriteStartArray("output"u8);
        for (var i = 0; hasEnded && i < Thoughts.Length; i++)
        {
            json.WriteStartObject();
            WriteThought(json, Thoughts[i], isWhole: true);
            json.WriteEndObject();
        }

        if (hasEnded && Text.Length > 0)
        {
            json.WriteStartObject();
            WriteMessage(json, isWhole: true);
            json.WriteEndObject();
        }

        for (var i = 0; hasEnded && i < Calls.Length; i++)
        {
            json.WriteStartObject();
            WriteCall(json, Calls[i], isWhole: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls"u8, true);
        json.WriteString("tool_choice"u8, "auto"u8);
        json.WriteStartArray("tools"u8);
        json.WriteEndArray();
        json.WriteBoolean("store"u8, false);
        json.WriteString("service_tier"u8, hasEnded ? "default"u8 : "auto"u8);
        json.WritePropertyName("usage"u8);
        WriteUsage(json, hasEnded);
    }

    public void WriteThought(Utf8JsonWriter json, Thought thought, bool isWhole)
    {
        json.WriteString("id"u8, thought.Id);
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        for (var i = 0; isWhole && i < thought.Summary.Length; i++)
        {
            json.WriteStartObject();
            WriteSummary(json, thought.Summary[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (Encrypts)
        {
            // What stands here before the item is done is of no use.
            json.WriteString("encrypted_content"u8, isWhole ? thought.Encrypted : "gAAAAunfinished");
        }
    }

    public static void WriteSummary(Utf8JsonWriter json, string text)
    {
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
    }

    public void WriteMessage(Utf8JsonWriter json, bool isWhole)
    {
        json.WriteString("id"u8, MessageId);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, !isWhole ? "in_progress"u8 : Incomplete is null ? "completed"u8 : "incomplete"u8);
        json.WriteStartArray("content"u8);
        if (isWhole)
        {
            json.WriteStartObject();
            WritePart(json, isWhole);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("role"u8, "assistant"u8);
    }

    public void WritePart(Utf8JsonWriter json, bool isWhole)
    {
        var text = isWhole ? string.Concat(Text) : "";
        if (IsRefusal)
        {
            json.WriteString("type"u8, "refusal"u8);
            json.WriteString("refusal"u8, text);
            return;
        }

        json.WriteString("type"u8, "output_text"u8);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteStartArray("logprobs"u8);
        for (var i = 0; isWhole && HasLogprobs && i < Text.Length; i++)
        {
            WriteLogprob(json, Text[i], isWhole);
        }

        json.WriteEndArray();
        json.WriteString("text"u8, text);
    }

    // Bytes are told only in items.
    public static void WriteLogprob(Utf8JsonWriter json, string token, bool isWhole)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, token);
        if (isWhole)
        {
            json.WriteStartArray("bytes"u8);
            foreach (var one in Encoding.UTF8.GetBytes(token))
            {
                json.WriteNumberValue(one);
            }

            json.WriteEndArray();
        }

        json.WriteNumber("logprob"u8, -0.25m);
        json.WriteStartArray("top_logprobs"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteCall(Utf8JsonWriter json, ToolCall call, bool isWhole)
    {
        json.WriteString("id"u8, "fc_" + call.Id);
        json.WriteString("type"u8, "function_call"u8);
        json.WriteString("status"u8, isWhole ? "completed"u8 : "in_progress"u8);
        json.WriteString("arguments"u8, isWhole ? call.Arguments : "");
        json.WriteString("call_id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
    }

    private void WriteUsage(Utf8JsonWriter json, bool hasEnded)
    {
        if (!hasEnded || Usage is not { } usage)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, usage.Prompt);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.Cached);
        json.WriteNumber("cache_write_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.Completion);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.Prompt + usage.Completion);
        json.WriteEndObject();
    }

    // One item with a summary in two parts, and as many without as the settings say.
    private static Thought[] ThoughtsOf(ChatPlan chat, int hidden, string id, bool hasSummary)
    {
        var thoughts = new List<Thought>();
        if (chat.ReasoningTokens > 0)
        {
            var text = new StringBuilder(Opening);
            for (var i = 1; i < chat.ReasoningTokens; i++)
            {
                text.Append(Encoding.UTF8.GetString(chat.Text.ReasoningAt(0, i)));
            }

            thoughts.Add(new Thought("rs_" + id, hasSummary ? [Opening, text.ToString()] : [], text.ToString()));
        }

        for (var i = 0; i < hidden; i++)
        {
            thoughts.Add(new Thought(string.Create(CultureInfo.InvariantCulture, $"rs_{id}_{i}"), [], $"{Opening}{id}.{i}"));
        }

        return [.. thoughts];
    }

    private static string[] Texts(ChatPlan chat)
    {
        var pieces = new string[chat.TextTokens];
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = chat.Literal is { } literal
                ? JsonSerializer.Deserialize<string>([(byte)'"', .. literal[i], (byte)'"'])!
                : Encoding.UTF8.GetString(chat.Text.At(0, i));
        }

        return pieces;
    }

    /// <summary>One item of reasoning.</summary>
    internal sealed record Thought(string Id, string[] Summary, string Text)
    {
        public string Encrypted => EncryptedReasoning.Of(Id, Summary, Text);
    }
}
