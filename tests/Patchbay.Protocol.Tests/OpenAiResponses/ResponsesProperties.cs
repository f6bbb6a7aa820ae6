using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ResponsesProperties
{
    private static readonly Config Plenty = Config.QuickThrowOnFailure.WithMaxTest(400);

    private static readonly Gen<string> Value = Gen.Elements(
        "{}", "[]", "null", "1", "-1", "1e400", "99999999999999999999", "\"x\"", "\"\\ud800\"", "[{}]", "[1,null,{\"text\":1}]", "true",
        "{\"type\":\"function_call\",\"name\":\"f\",\"arguments\":[]}", "{\"type\":\"function_call\",\"name\":\"a\",\"call_id\":\"c\",\"arguments\":\"{\"}",
        "{\"type\":\"reasoning\",\"summary\":[1,{\"text\":\"s\"}],\"content\":{},\"encrypted_content\":\"e\"}", "{\"type\":\"reasoning\",\"encrypted_content\":5}",
        "{\"type\":\"message\",\"content\":[1,{\"type\":\"output_text\",\"text\":\"t\",\"annotations\":[1,{\"type\":\"url_citation\",\"start_index\":-1}],\"logprobs\":[1]}]}",
        "{\"type\":\"image_generation_call\",\"result\":\"AA\"}", "{\"type\":\"web_search_call\",\"action\":1}", "{\"status\":\"completed\",\"output\":[1,{}]}",
        "{\"status\":\"incomplete\",\"output\":[],\"incomplete_details\":5,\"usage\":{\"input_tokens\":-5}}", "{\"status\":\"failed\",\"error\":[]}",
        "[{\"token\":\"a\"}]", "{\"type\":\"file_citation\",\"index\":1e3}");

    private static readonly Gen<string> Member = Gen.Elements(
        "response", "item", "delta", "output_index", "content_index", "summary_index", "annotation", "logprobs", "arguments", "error", "output", "status", "usage");

    private static readonly Gen<string> Shaped =
        from type in Gen.Elements(
            "response.created", "response.output_text.delta", "response.refusal.delta", "response.function_call_arguments.delta",
            "response.reasoning_summary_text.delta", "response.reasoning_text.delta", "response.output_item.added", "response.output_item.done",
            "response.output_text.annotation.added", "response.completed", "response.incomplete", "response.failed", "error", "new")
        from members in Gen.ListOf(from name in Member from value in Value select $",\"{name}\":{value}")
        select $"{{\"type\":\"{type}\"{string.Concat(members)}}}";

    private static readonly Gen<string> Noise = Gen.ListOf(Gen.Elements(
        "{", "}", "[", "]", ",", ":", "\"type\"", "\"item\"", "\"response\"", "0", "null", "\"\\ud800\"", "\u0000", "\"output\"", " ")).Select(string.Concat);

    [Fact]
    public void Random_JSON_neither_throws_nor_hangs() =>
        Check.One(Plenty, Prop.ForAll(Gen.ListOf(Gen.OneOf(Shaped, Shaped, Noise, Value)).ToArbitrary(), events =>
        {
            var dialect = OpenAiResponsesDialect.Instance;
            var sink = new NullSink();
            var stream = dialect.CreateStream();
            stream.Reset(new DialectRequest { AnswerTool = "a" });
            foreach (var data in events)
            {
                var bytes = Encoding.UTF8.GetBytes(data);
                stream.Read(default, bytes, sink);
                dialect.ReadAnswer(bytes, DialectRequest.Whole, sink);
                dialect.ReadError(bytes, 500);
                Heard.Stream(dialect, [("message", data.Replace('\0', ' '))]);
                Heard.Whole(dialect, data);
                try
                {
                    Heard.Write(dialect, "{\"messages\":[{\"role\":\"user\",\"content\":" + data + "},{\"role\":\"assistant\",\"reasoning_details\":" + data + ",\"tool_calls\":" + data + "}],\"tools\":" + data + ",\"tool_choice\":" + data + ",\"web_search_options\":" + data + "}", Heard.Target("m"));
                }
                catch (JsonException)
                {
                    // Only what is no JSON at all; the surface refuses that before.
                }
            }

            return sink.Calls >= 0;
        }));

    [Fact]
    public void Any_request_becomes_a_body_whatever_the_endpoint_can_do()
    {
        var one = from request in CanonicalProperties.Request
                  from without in Gen.Elements(
                      Parameters.None, Parameters.Tools, Parameters.ToolChoice, Parameters.StructuredOutputs, Parameters.ResponseFormat | Parameters.StructuredOutputs, Parameters.Reasoning, (Parameters)ulong.MaxValue)
                  select (request, without);
        Check.One(Plenty, Prop.ForAll(one.ToArbitrary(), pair =>
        {
            var (body, request) = Heard.Write(OpenAiResponsesDialect.Instance, pair.request, Heard.Target("gpt-5", pair.without));
            var used = CanonicalChatReader.Read(Encoding.UTF8.GetBytes(pair.request)).Used | Parameters.StructuredOutputs;
            return (IsWhole(body) && ((request.Dropped | request.Emulated) & ~used) == Parameters.None).Label($"{pair.request}\n{body.ToJsonString()}\n{request}");
        }));
    }

    // Every text, call and result of a conversation is in the body, in its order and as it was.
    [Fact]
    public void A_conversation_loses_no_word() =>
        Check.One(Plenty, Prop.ForAll(CanonicalProperties.Request.ToArbitrary(), body =>
        {
            var (written, _) = Heard.Write(OpenAiResponsesDialect.Instance, body, Heard.Target("gpt-5"));
            var said = string.Concat(JsonNode.Parse(body)!["messages"]!.AsArray().SelectMany(message => Said(message!)));
            var heard = string.Concat(written["input"]!.AsArray().SelectMany(item => Told(item!)));
            return (said == heard).Label($"{said}\n{heard}");

            static IEnumerable<string> Told(JsonNode item) =>
                Texts(item["content"] ?? item["output"]).Select(text => text.StartsWith("Ann: ", StringComparison.Ordinal) ? text[5..] : text)
                    .Concat((string?)item["type"] == "function_call" ? [(string)item["arguments"]!] : []);
        }));

    // From the provider's items over the caller's details to the provider's items, streamed and whole.
    [Fact]
    public void Reasoning_comes_back_as_it_was_however_it_was_told()
    {
        var text = Gen.Elements("a", "é\n\"", "東京 🙂", "</b>\u2028", "**b**\\");
        var item = from summary in Gen.ListOf(text)
                   from content in Gen.ListOf(text)
                   from encrypted in Gen.Elements("gAAA+/==", "gB", null)
                   select (Summary: summary.ToArray(), Content: content.ToArray(), Encrypted: encrypted);
        Check.One(Plenty, Prop.ForAll(Gen.ListOf(item).ToArbitrary(), items =>
        {
            var output = new JsonArray([.. items.Select((one, i) => Item(i, one.Summary, one.Content, one.Encrypted))]);
            output.Add(JsonNode.Parse("""{"type":"message","content":[{"type":"output_text","text":"x"}]}"""));
            var response = new JsonObject { ["status"] = "completed", ["output"] = output };
            var expected = new JsonArray([.. output.Where(one => one!["encrypted_content"] is not null).Select(one => one!.DeepClone())]);

            var whole = Heard.Whole(OpenAiResponsesDialect.Instance, response.ToJsonString())!["choices"]![0]!["message"]!["reasoning_details"];
            var stream = Heard.Stream(OpenAiResponsesDialect.Instance, Events(response)).Details;

            return JsonNode.DeepEquals(expected, Returned(whole?.DeepClone() ?? new JsonArray()))
                && JsonNode.DeepEquals(expected, Returned(new JsonArray([.. stream.Select(detail => detail.DeepClone())])));
        }));
    }

    private static JsonObject Item(int index, string[] summary, string[] content, string? encrypted)
    {
        var item = new JsonObject { ["type"] = "reasoning", ["id"] = $"rs_{index}" };
        item["summary"] = new JsonArray([.. summary.Select(text => new JsonObject { ["type"] = "summary_text", ["text"] = text })]);
        if (content.Length > 0)
        {
            item["content"] = new JsonArray([.. content.Select(text => new JsonObject { ["type"] = "reasoning_text", ["text"] = text })]);
        }

        if (encrypted is not null)
        {
            item["encrypted_content"] = encrypted;
        }

        return item;
    }

    private static IEnumerable<(string Name, string Data)> Events(JsonObject response)
    {
        var output = response["output"]!.AsArray();
        for (var i = 0; i < output.Count; i++)
        {
            foreach (var (list, type, index) in (IEnumerable<(string, string, string)>)[("summary", "reasoning_summary_text", "summary_index"), ("content", "reasoning_text", "content_index")])
            {
                var parts = (string?)output[i]!["type"] == "reasoning" ? output[i]![list] as JsonArray ?? [] : [];
                for (var part = 0; part < parts.Count; part++)
                {
                    // In two pieces, as a stream has them.
                    var text = (string)parts[part]!["text"]!;
                    foreach (var piece in (string[])[text[..1], text[1..]])
                    {
                        yield return ("", new JsonObject { ["type"] = $"response.{type}.delta", ["output_index"] = i, [index] = part, ["delta"] = piece }.ToJsonString());
                    }
                }
            }

            yield return ("", new JsonObject { ["type"] = "response.output_item.done", ["output_index"] = i, ["item"] = output[i]!.DeepClone() }.ToJsonString());
        }

        yield return ("", new JsonObject { ["type"] = "response.completed", ["response"] = response.DeepClone() }.ToJsonString());
    }

    private static JsonArray Returned(JsonNode details)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = "x", ["reasoning_details"] = details };
        var (body, _) = Heard.Write(OpenAiResponsesDialect.Instance, new JsonObject { ["messages"] = new JsonArray(message) }.ToJsonString(), Heard.Target("m"));
        return new JsonArray([.. body["input"]!.AsArray().Where(item => (string?)item!["type"] == "reasoning").Select(item => item!.DeepClone())]);
    }

    private static bool IsWhole(JsonNode body) =>
        (bool)body["store"]! == false
        && body["input"]!.AsArray().All(item => (string?)item!["type"] switch
        {
            "message" => (string?)item["role"] is "user" or "system" or "developer" or "assistant" && item["content"] is not null,
            "function_call" => item["call_id"] is not null && item["name"] is not null && item["arguments"] is not null,
            "function_call_output" => item["call_id"] is not null && item["output"] is not null,
            "reasoning" => item["encrypted_content"] is not null,
            _ => false,
        })
        && (body["tool_choice"] is null || body["tools"] is JsonArray { Count: > 0 });

    private static IEnumerable<string> Said(JsonNode message) =>
        Texts(message["content"])
            .Concat((string?)message["refusal"] is { } refusal ? [refusal] : [])
            .Concat((message["tool_calls"] as JsonArray ?? []).Select(call => (string)call!["function"]!["arguments"]! is { Length: > 0 } text ? text : "{}"));

    private static IEnumerable<string> Texts(JsonNode? content) => content switch
    {
        JsonValue => [(string)content!],
        JsonArray parts => parts.Select(part => (string?)(part!["text"] ?? part["refusal"]) ?? ""),
        _ => [],
    };
}
