using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class CanonicalProperties
{
    private static readonly Config Plenty = Config.QuickThrowOnFailure.WithMaxTest(500);

    private static readonly Gen<string> Text = Gen.Elements("\"a\"", "\"\\u00e9\\n\\\"\"", "\"\"", "\"東京 🙂\"", "\"\\ud83d\\ude42\"");

    private static readonly Gen<string> Cache = Gen.Elements("", "", ",\"cache_control\":{\"type\":\"ephemeral\"}", ",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");

    private static readonly Gen<string> Part = Gen.OneOf(
        from text in Text from cache in Cache select $$"""{"type":"text","text":{{text}}{{cache}}}""",
        from cache in Cache select $$"""{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}{{cache}}}""",
        from cache in Cache select $$"""{"type":"file","file":{"filename":"a.pdf","file_data":"https://e.com/a"}{{cache}}}""",
        Gen.Constant("""{"type":"input_audio","input_audio":{"data":"AA","format":"mp3"}}"""),
        Gen.Constant("""{"type":"video_url","video_url":{"url":"https://e.com/v"}}"""),
        Gen.Constant("""{"type":"something_new","x":[1.50,{"y":null}]}"""));

    private static readonly Gen<string> Content = Gen.OneOf(
        Text, Gen.NonEmptyListOf(Part).Select(parts => "[" + string.Join(',', parts) + "]"));

    private static readonly Gen<string> Detail = Gen.Elements(
        """{"type":"reasoning.text","text":"a\u00e9","signature":"s","format":"anthropic-claude-v1","id":null,"index":0}""",
        """{"type":"reasoning.summary","summary":"b","format":"openai-responses-v1","index":1}""",
        """{"type":"reasoning.encrypted","data":"c","id":"rs_1","format":"google-gemini-v1","index":2}""",
        """{"type":"reasoning.server_tool_call","tool_name":"x","arguments":"{}"}""");

    private static readonly Gen<string> Message = Gen.OneOf(
        from content in Content select $$"""{"role":"system","content":{{content}}}""",
        from content in Content select $$"""{"role":"developer","content":{{content}}}""",
        from content in Content from name in Gen.Elements("", ",\"name\":\"Ann\"") select $$"""{"role":"user","content":{{content}}{{name}}}""",
        from content in Content from more in Gen.Elements("", ",\"reasoning\":\"r\"", ",\"refusal\":\"no\"", ",\"x_new\":{\"a\":[1]}") select $$"""{"role":"assistant","content":{{content}}{{more}}}""",
        from details in Gen.NonEmptyListOf(Detail) from text in Text select $$"""{"role":"assistant","content":null,"reasoning_details":[{{string.Join(',', details)}}],"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":{{text}} } }]}""",
        from content in Content select $$"""{"role":"tool","tool_call_id":"c1","content":{{content}}}""");

    private static readonly Gen<string> Member = Gen.Elements(
        "\"stream\":true", "\"temperature\":0.7", "\"top_p\":1", "\"top_k\":40", "\"min_p\":0.05", "\"top_a\":0.5",
        "\"frequency_penalty\":-0.5", "\"presence_penalty\":2", "\"repetition_penalty\":1.1", "\"seed\":42", "\"n\":2",
        "\"max_tokens\":100", "\"max_completion_tokens\":200", "\"logit_bias\":{\"50256\":-100}", "\"logprobs\":true",
        "\"top_logprobs\":3", "\"stop\":[\"a\",\"b\"]", "\"response_format\":{\"type\":\"json_object\"}",
        "\"response_format\":{\"type\":\"grammar\",\"grammar\":\"x\"}",
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"description\":\"d\",\"schema\":{\"type\":\"object\"},\"strict\":true}}",
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"},\"strict\":false,\"x\":1},\"cache_control\":{\"type\":\"ephemeral\"}},{\"type\":\"openrouter:datetime\"}]",
        "\"tool_choice\":\"required\"", "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", "\"tool_choice\":{\"type\":\"allowed_tools\",\"x\":[]}",
        "\"parallel_tool_calls\":false", "\"reasoning\":{\"effort\":\"high\",\"exclude\":true,\"summary\":\"auto\",\"mode\":\"pro\"}",
        "\"reasoning\":{\"max_tokens\":2000,\"enabled\":true}", "\"verbosity\":\"low\"", "\"prediction\":{\"type\":\"content\",\"content\":\"x\"}",
        "\"service_tier\":\"flex\"", "\"user\":\"u\"", "\"metadata\":{\"a\":\"b\"}", "\"cache_control\":{\"type\":\"ephemeral\"}",
        "\"modalities\":[\"text\",\"image\"]", "\"plugins\":[{\"id\":\"web\",\"max_results\":3}]", "\"provider\":{\"order\":[\"a\"]}",
        "\"models\":[\"a/b\"]", "\"web_search_options\":{\"search_context_size\":\"low\"}", "\"x_unknown\":[1.5,null]", "\"session_id\":\"s\"");

    /// <summary>Chat requests with all that they may hold.</summary>
    internal static readonly Gen<string> Request =
        from messages in Gen.NonEmptyListOf(Message)
        from members in Gen.ListOf(Member)
        select "{\"model\":\"a/b\",\"messages\":[" + string.Join(',', messages) + "]"
            + string.Concat(members.DistinctBy(member => member.Split(':')[0]).Select(member => "," + member)) + "}";

    [Fact]
    public void A_request_read_and_written_again_has_lost_nothing() =>
        Check.One(Plenty, Prop.ForAll(Request.ToArbitrary(), body =>
        {
            var output = new ArrayBufferWriter<byte>();
            CanonicalChatWriter.Write(CanonicalChatReader.Read(Encoding.UTF8.GetBytes(body)), output);
            var expected = Normal(JsonNode.Parse(body)!);
            var actual = Normal(JsonNode.Parse(output.WrittenSpan)!);
            return JsonNode.DeepEquals(expected, actual).Label($"{expected.ToJsonString()}\n{actual.ToJsonString()}");
        }));

    [Fact]
    public void Any_request_becomes_a_valid_body_of_the_other_dialect() =>
        Check.One(Plenty, Prop.ForAll(Request.ToArbitrary(), body =>
        {
            var (written, request) = Translation.Write(body);
            if (request.Unsayable != Modalities.None)
            {
                // Such a request is not sent.
                return true;
            }

            string? last = null;
            foreach (var message in written["messages"]!.AsArray())
            {
                var role = (string?)message!["role"];
                if (role == last || message["content"]!.AsArray().Count == 0)
                {
                    return false;
                }

                last = role;
            }

            return (long)written["max_tokens"]! > 0;
        }));

    [Fact]
    public void Random_JSON_neither_throws_nor_hangs_any_reader()
    {
        var piece = Gen.Elements(
            "{", "}", "[", "]", ",", ":", "\"type\"", "\"message_start\"", "\"content_block_start\"", "\"content_block_delta\"", "\"index\"", "0", "-1",
            "99999999999", "\"delta\"", "\"text\"", "\"content_block\"", "\"usage\"", "\"iterations\"", "\"input_tokens\"", "\"message\"", "\"content\"",
            "\"error\"", "null", "\"tool_use\"", "\"input\"", "\"citations\"", "\"\\ud800\"", "1e400", "true", "\"stop_reason\"", "\"id\"");
        var value = Gen.ListOf(piece).Select(string.Concat);
        var known = Gen.Elements("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop", "error");
        var member = Gen.Elements("message", "content_block", "delta", "usage", "error", "index", "content");
        var json = Gen.Elements(
            "{}", "[]", "null", "1", "\"x\"", "[{}]", "{\"type\":\"text\",\"text\":5}", "{\"type\":\"tool_use\",\"name\":[]}", "{\"usage\":{\"iterations\":[1,{\"type\":{}}]}}",
            "{\"content\":[null,{\"type\":\"text\",\"citations\":[1]}]}", "{\"stop_reason\":{}}", "{\"partial_json\":\"\\ud800\"}");
        var pair = from name in member from content in json select $",\"{name}\":{content}";
        var shaped = from name in known from members in Gen.ListOf(pair) select $"{{\"type\":\"{name}\"{string.Concat(members)}}}";
        Check.One(Plenty, Prop.ForAll(Gen.ListOf(Gen.OneOf(shaped, value)).ToArbitrary(), events =>
        {
            using var translator = new ChatTranslator(Bytes.Editor());
            var sink = new NullSink();
            var stream = AnthropicDialect.Instance.CreateStream();
            stream.Reset(DialectRequest.Whole);
            foreach (var data in events)
            {
                stream.Read(default, Encoding.UTF8.GetBytes(data), sink);
                Translation.Whole(data);
                AnthropicDialect.Instance.ReadError(Encoding.UTF8.GetBytes(data), 500);
                try
                {
                    Translation.Write("{\"messages\":[{\"role\":\"user\",\"content\":" + data + "}],\"tools\":" + data + "}");
                }
                catch (System.Text.Json.JsonException)
                {
                    // Only what is no JSON at all; the surface refuses that before.
                }
            }

            return sink.Calls >= 0;
        }));
    }

    // What is written differently and means the same: one plain text, gathered refusals, nulls.
    private static JsonNode Normal(JsonNode request)
    {
        foreach (var message in request["messages"]!.AsArray())
        {
            if (message!["content"] is JsonArray { Count: 1 } parts && parts[0]!.AsObject() is { Count: 2 } only && only["text"] is { } text)
            {
                message["content"] = text.DeepClone();
            }
        }

        return request;
    }
}
