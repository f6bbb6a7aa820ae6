using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ChatRequestReaderTests
{
    private const string Hello = """ "messages":[{"role":"user","content":"hi"}] """;

    [Fact]
    public void A_full_request_fills_the_envelope()
    {
        var envelope = Accept("""
            {"model":"a/one","models":["b/two","a/one","c/three","b/two"],
             "messages":[{"role":"system","content":"be brief"},
                         {"role":"user","content":[{"type":"text","text":"look"},
                            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
                            {"image_url":{"url":"https://x/y.png"},"type":"image_url"},
                            {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,BBBB"}},
                            {"type":"input_audio","input_audio":{"data":"CCCC","format":"wav"}}]},
                         {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},
                         {"role":"tool","tool_call_id":"1","content":"done"}],
             "stream":true,"max_tokens":10,"max_completion_tokens":20,"n":2,"temperature":0.5,"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],
             "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{}}},"reasoning":{"effort":"high","exclude":true},
             "user":"u","session_id":"s","prompt_cache_key":"p","service_tier":"flex","preset":"fast","plugins":[{"id":"web"}],
             "modalities":["text","image"],"logit_bias":{"5":-100},"stop":["a","b"],"future_member":{"a":[1,2]}}
            """);

        Assert.Equal("a/one", envelope.Model);
        Assert.Equal(["a/one", "b/two", "c/three"], envelope.Models);
        Assert.True(envelope.Stream);
        Assert.Equal(20, envelope.MaxOutputTokens);
        Assert.Equal(2, envelope.Choices);
        Assert.Equal(
            Parameters.MaxTokens | Parameters.MaxCompletionTokens | Parameters.Temperature | Parameters.Tools
            | Parameters.ResponseFormat | Parameters.Reasoning | Parameters.LogitBias | Parameters.Stop,
            envelope.Used);
        Assert.Equal(Modalities.Text | Modalities.Image | Modalities.File | Modalities.Audio, envelope.Input);
        Assert.Equal(Modalities.Text | Modalities.Image, envelope.Output);
        Assert.True(envelope.WantsTools);
        Assert.True(envelope.WantsJsonSchema);
        Assert.Equal(("u", "s", "p", "flex", "fast"),
            (envelope.User, envelope.SessionId, envelope.PromptCacheKey, envelope.ServiceTier, envelope.Preset));
        Assert.True(envelope.HasPlugins);
        Assert.Equal("high", envelope.ReasoningEffort);
        Assert.True(envelope.ExcludeReasoning);
        Assert.Equal(2, envelope.ImageCount);
        Assert.Equal(4, envelope.MessageCount);
        Assert.Equal("data:image/png;base64,AAAA".Length + "https://x/y.png".Length
            + "data:application/pdf;base64,BBBB".Length + 4, envelope.MediaBytes);
        Assert.True(envelope.PromptBytes > envelope.MediaBytes && envelope.PromptBytes < envelope.BodyLength);
    }

    [Fact]
    public void A_reset_envelope_is_like_new()
    {
        var envelope = Accept("""{"model":"m","stream":true,"provider":{"order":["x"]},"messages":[{"role":"developer","content":"a"}],"max_tokens":5,"tools":[{"type":"x"}]}""");
        envelope.Reset();
        Assert.Null(ChatRequestReader.Read(Bytes.Of("{" + Hello + "}"), envelope));
        Assert.Null(envelope.Model);
        Assert.Empty(envelope.Models);
        Assert.False(envelope.Stream);
        Assert.Null(envelope.Provider);
        Assert.Null(envelope.MaxOutputTokens);
        Assert.Equal(Parameters.None, envelope.Used);
        Assert.False(envelope.WantsTools);
        Assert.Equal(1, envelope.Choices);
        Assert.Equal(1, envelope.MessageCount);
    }

    [Theory]
    [InlineData("\"temperature\":2.01", "temperature", "a number between 0 and 2")]
    [InlineData("\"temperature\":\"1\"", "temperature", "a number between 0 and 2")]
    [InlineData("\"temperature\":1e999", "temperature", "a number between 0 and 2")]
    [InlineData("\"top_p\":-0.1", "top_p", "a number between 0 and 1")]
    [InlineData("\"top_k\":-1", "top_k", "an integer of at least 0")]
    [InlineData("\"min_p\":1.5", "min_p", "a number between 0 and 1")]
    [InlineData("\"top_a\":true", "top_a", "a number between 0 and 1")]
    [InlineData("\"frequency_penalty\":-2.5", "frequency_penalty", "a number between -2 and 2")]
    [InlineData("\"presence_penalty\":3", "presence_penalty", "a number between -2 and 2")]
    [InlineData("\"repetition_penalty\":2.5", "repetition_penalty", "a number between 0 and 2")]
    [InlineData("\"seed\":1.5", "seed", "an integer")]
    [InlineData("\"n\":0", "n", "an integer between 1 and 128")]
    [InlineData("\"max_tokens\":0", "max_tokens", "an integer of at least 1")]
    [InlineData("\"max_tokens\":-5", "max_tokens", "an integer of at least 1")]
    [InlineData("\"max_tokens\":1e30", "max_tokens", "an integer of at least 1")]
    [InlineData("\"max_completion_tokens\":\"9\"", "max_completion_tokens", "an integer of at least 1")]
    [InlineData("\"logit_bias\":{\"1\":101}", "logit_bias.1", "a number between -100 and 100")]
    [InlineData("\"logit_bias\":[]", "logit_bias", "an object")]
    [InlineData("\"logprobs\":1", "logprobs", "a boolean")]
    [InlineData("\"top_logprobs\":21", "top_logprobs", "an integer between 0 and 20")]
    [InlineData("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop", "at most 4 entries")]
    [InlineData("\"stop\":5", "stop", "a string or an array of at most 4 strings")]
    [InlineData("\"stop\":[1]", "stop[0]", "a non-empty string")]
    [InlineData("\"stream\":\"true\"", "stream", "a boolean")]
    [InlineData("\"stream_options\":[]", "stream_options", "an object")]
    [InlineData("\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage", "a boolean")]
    [InlineData("\"model\":5", "model", "a string of 1 to 1024 characters")]
    [InlineData("\"model\":\"\"", "model", "a string of 1 to 1024 characters")]
    [InlineData("\"models\":\"a\"", "models", "an array of strings")]
    [InlineData("\"models\":[\"a\",7]", "models[1]", "a non-empty string")]
    [InlineData("\"prompt\":[\"a\"]", "prompt", "a string")]
    [InlineData("\"route\":\"random\"", "route", "one of fallback, sort")]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "response_format.type", "one of text, json_object, json_schema, grammar, python")]
    [InlineData("\"response_format\":{}", "response_format.type", "one of text, json_object, json_schema, grammar, python")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema", "an object")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{}}", "response_format.json_schema.name", "a string of 1 to 64 characters")]
    [InlineData("\"tools\":{}", "tools", "an array")]
    [InlineData("\"tools\":[1]", "tools[0]", "an object")]
    [InlineData("\"tools\":[{\"function\":{\"name\":\"f\"}}]", "tools[0].type", "a string")]
    [InlineData("\"tools\":[{\"type\":\"function\"}]", "tools[0].function", "an object")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"\"}}]", "tools[0].function.name", "a string of 1 to 64 characters")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":[]}}]", "tools[0].function.parameters", "an object")]
    [InlineData("\"tool_choice\":\"maybe\"", "tool_choice", "one of none, auto, required, or an object")]
    [InlineData("\"tool_choice\":5", "tool_choice", "one of none, auto, required, or an object")]
    [InlineData("\"parallel_tool_calls\":\"yes\"", "parallel_tool_calls", "a boolean")]
    [InlineData("\"max_tool_calls\":31", "max_tool_calls", "an integer between 1 and 30")]
    [InlineData("\"reasoning\":\"high\"", "reasoning", "an object")]
    [InlineData("\"reasoning\":{\"effort\":\"huge\"}", "reasoning.effort", "one of max, xhigh, high, medium, low, minimal, none")]
    [InlineData("\"reasoning\":{\"effort\":\"low\",\"max_tokens\":5}", "reasoning", "only one of 'effort' and 'max_tokens'")]
    [InlineData("\"reasoning\":{\"enabled\":1}", "reasoning.enabled", "a boolean")]
    [InlineData("\"reasoning\":{\"effort\":\"low\"},\"reasoning_effort\":\"high\"", "reasoning_effort", "the same value as 'reasoning.effort'")]
    [InlineData("\"reasoning_effort\":\"huge\"", "reasoning_effort", "one of max, xhigh, high, medium, low, minimal, none")]
    [InlineData("\"include_reasoning\":\"no\"", "include_reasoning", "a boolean")]
    [InlineData("\"verbosity\":\"loud\"", "verbosity", "one of low, medium, high, xhigh, max")]
    [InlineData("\"modalities\":[\"smell\"]", "modalities[0]", "one of text, image, audio")]
    [InlineData("\"prediction\":\"x\"", "prediction", "an object")]
    [InlineData("\"service_tier\":5", "service_tier", "a string of 1 to 64 characters")]
    [InlineData("\"plugins\":[{\"enabled\":true}]", "plugins[0].id", "a string")]
    [InlineData("\"plugins\":{}", "plugins", "an array")]
    [InlineData("\"metadata\":{\"a\":1}", "metadata.a", "a string of at most 512 characters")]
    [InlineData("\"metadata\":[]", "metadata", "an object")]
    [InlineData("\"user\":5", "user", "a string")]
    [InlineData("\"trace\":\"x\"", "trace", "an object")]
    [InlineData("\"transforms\":\"middle-out\"", "transforms", "an array of strings")]
    [InlineData("\"stop_server_tools_when\":{}", "stop_server_tools_when", "an array")]
    [InlineData("\"provider\":[]", "provider", "an object")]
    [InlineData("\"provider\":{\"order\":\"x\"}", "provider.order", "an array of strings")]
    [InlineData("\"provider\":{\"order\":[\"a\",1]}", "provider.order[1]", "a non-empty string")]
    [InlineData("\"provider\":{\"allow_fallbacks\":\"no\"}", "provider.allow_fallbacks", "a boolean")]
    [InlineData("\"provider\":{\"data_collection\":\"maybe\"}", "provider.data_collection", "one of allow, deny")]
    [InlineData("\"provider\":{\"quantizations\":[\"fp8\",\"fp9\"]}", "provider.quantizations[1]", "one of int4, int8, fp4, mxfp4, nvfp4, fp6, fp8, mxfp8, fp16, bf16, fp32, unknown")]
    [InlineData("\"provider\":{\"sort\":\"speed\"}", "provider.sort", "one of price, throughput, latency, exacto")]
    [InlineData("\"provider\":{\"sort\":{\"by\":1}}", "provider.sort.by", "one of price, throughput, latency, exacto")]
    [InlineData("\"provider\":{\"max_price\":{\"prompt\":-1}}", "provider.max_price.prompt", "a price in dollars, as a number or a string")]
    [InlineData("\"provider\":{\"max_price\":5}", "provider.max_price", "an object")]
    [InlineData("\"provider\":{\"preferred_min_throughput\":-1}", "provider.preferred_min_throughput", "a number of at least 0")]
    [InlineData("\"provider\":{\"preferred_max_latency\":{\"p50\":1e999}}", "provider.preferred_max_latency.p50", "a number of at least 0")]
    [InlineData("\"provider\":{\"preferred_max_latency\":\"1\"}", "provider.preferred_max_latency", "a number or an object of percentiles")]
    public void A_wrong_value_is_refused_by_name(string member, string parameter, string expected)
    {
        var error = Refuse("{" + member + "," + Hello + "}");
        Assert.Equal(parameter, error.Parameter);
        Assert.Equal($"Invalid value for '{parameter}': expected {expected}.", error.Message);
    }

    [Theory]
    [InlineData("{}", "messages[0].role")]
    [InlineData("5", "messages[0]")]
    [InlineData("""{"role":"function","content":"x"}""", "messages[0].role")]
    [InlineData("""{"role":1,"content":"x"}""", "messages[0].role")]
    [InlineData("""{"content":"x"}""", "messages[0].role")]
    [InlineData("""{"role":"user","role":"system","content":"x"}""", "messages[0].role")]
    [InlineData("""{"role":"user"}""", "messages[0].content")]
    [InlineData("""{"role":"user","content":null}""", "messages[0].content")]
    [InlineData("""{"role":"user","content":5}""", "messages[0].content")]
    [InlineData("""{"role":"user","content":["x"]}""", "messages[0].content[0]")]
    [InlineData("""{"role":"user","content":[{"text":"x"}]}""", "messages[0].content[0].type")]
    [InlineData("""{"role":"user","content":[{"type":"text"}]}""", "messages[0].content[0].text")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":5}]}""", "messages[0].content[0].text")]
    [InlineData("""{"role":"user","content":[{"type":"image_url"}]}""", "messages[0].content[0].image_url")]
    [InlineData("""{"role":"user","content":[{"type":"image_url","image_url":{"url":5}}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"role":"tool","content":"x"}""", "messages[0].tool_call_id")]
    [InlineData("""{"role":"assistant","tool_calls":{}}""", "messages[0].tool_calls")]
    [InlineData("""{"role":"user","content":"x","name":5}""", "messages[0].name")]
    public void A_wrong_message_is_refused_by_its_place(string message, string parameter)
    {
        Assert.Equal(parameter, Refuse($$"""{"messages":[{{message}}]}""").Parameter);
        Assert.Equal(parameter.Replace("[0]", "[1]", StringComparison.Ordinal)[..11],
            Refuse($$"""{"messages":[{"role":"user","content":"a"},{{message}}]}""").Parameter![..11]);
    }

    [Theory]
    [InlineData("{}", "messages")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{"messages":null}""", "messages")]
    [InlineData("""{"messages":"hi"}""", "messages")]
    [InlineData("""{"provider":{"Require_Parameters":true}}""", "provider.Require_Parameters")]
    [InlineData("""{"temperature":1,"temperature":1}""", "temperature")]
    [InlineData("""{"temperature":1,"temper\u0061ture":1}""", "temperature")]
    [InlineData("""{"odd":1,"odd":1}""", "odd")]
    [InlineData("""{"odd":1,"od\u0064":1}""", "odd")]
    public void A_missing_or_repeated_member_is_refused(string body, string parameter) =>
        Assert.Equal(parameter, Refuse(body).Parameter);

    [Fact]
    public void An_unknown_key_of_provider_is_named_like_the_original_does() =>
        Assert.Equal("Unrecognized key(s) in object: 'Require_Parameters'",
            Refuse("""{"provider":{"Require_Parameters":true}}""").Message);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("{\"messages\":[}")]
    [InlineData("{\"a\":[],}")]
    [InlineData("{\"a\":1}{}")]
    [InlineData("{/* no */\"a\":1}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("\uFEFF{}")]
    public void What_is_no_JSON_object_is_refused(string body) => Assert.Null(Refuse(body).Parameter);

    [Fact]
    public void Other_encodings_are_refused()
    {
        Assert.Contains("UTF-16", Refuse(Encoding.Unicode.GetBytes("{}")).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-16", Refuse([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")]).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-16", Refuse(Encoding.BigEndianUnicode.GetBytes("{}")).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", Refuse([.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_bodies_end_in_an_error_or_in_linear_time()
    {
        Assert.Contains("nested deeper", Refuse("{\"a\":" + new string('[', 10_000)).Message, StringComparison.Ordinal);
        Assert.Contains("nested deeper", Refuse(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))).Message, StringComparison.Ordinal);
        Assert.Contains("out of range", Refuse("{\"x\":{\"y\":[1e999]}," + Hello + "}").Message, StringComparison.Ordinal);
        Assert.Contains("out of range", Refuse("{\"x\":" + new string('9', 1_000_000) + "," + Hello + "}").Message, StringComparison.Ordinal);

        var keys = new StringBuilder("{");
        for (var i = 0; i < 1_000_000; i++)
        {
            keys.Append('"').Append('k').Append(i).Append("\":0,");
        }

        Assert.Contains("more than 1000 members", Refuse(keys + Hello + "}").Message, StringComparison.Ordinal);
        var few = keys.ToString()[..keys.ToString().IndexOf("\"k900\"", StringComparison.Ordinal)];
        Accept(few + Hello + "}");
        Assert.Equal("k5", Refuse(few + "\"k5\":0," + Hello + "}").Parameter);
        Accept("{\"x\":[" + string.Join(',', Enumerable.Repeat("{}", 500_000)) + "]," + Hello + "}");
        Accept("{\"messages\":[" + string.Join(',', Enumerable.Repeat("{\"role\":\"user\",\"content\":\"a\"}", 100_000)) + "]}");
    }

    [Fact]
    public void Null_stands_for_absent()
    {
        var envelope = Accept("{\"model\":null,\"temperature\":null,\"stop\":null,\"tools\":null,\"stream\":null,\"provider\":null,\"max_tokens\":null,\"reasoning\":null," + Hello + "}");
        Assert.Null(envelope.Model);
        Assert.Equal(Parameters.None, envelope.Used);
        Assert.Null(envelope.Provider);
        Assert.False(envelope.Stream);
    }

    [Fact]
    public void A_prompt_stands_for_messages()
    {
        var envelope = Accept("""{"model":"m","prompt":"once"}""");
        Assert.Equal(Modalities.Text, envelope.Input);
        Assert.Equal(6, envelope.PromptBytes);
        Assert.Equal(0, envelope.MessageCount);
    }

    [Fact]
    public void Names_and_values_may_be_escaped()
    {
        var envelope = Accept("""{"m\u006fdel":"a\/b\u00e9\ud83d\ude00","messages":[{"r\u006fle":"us\u0065r","content":"\ud800"}],"user":"\udc00x"}""");
        Assert.Equal("a/bé😀", envelope.Model);
        Assert.Equal("\uFFFDx", envelope.User);
    }

    [Theory]
    [InlineData("""{"enabled":true}""", "medium")]
    [InlineData("""{"enabled":false}""", "none")]
    [InlineData("""{"enabled":true,"max_tokens":100}""", null)]
    [InlineData("""{"effort":null,"exclude":true}""", null)]
    [InlineData("""{"effort":"minimal","summary":"auto"}""", "minimal")]
    public void Reasoning_wishes_become_an_effort(string reasoning, string? effort) =>
        Assert.Equal(effort, Accept("{\"reasoning\":" + reasoning + "," + Hello + "}").ReasoningEffort);

    [Fact]
    public void Provider_preferences_are_read_whole()
    {
        var provider = Accept("""
            {"route":"sort","provider":{"order":["a","B b"],"only":["c"],"ignore":["d"],"allow_fallbacks":false,"require_parameters":true,
             "data_collection":"deny","zdr":true,"enforce_distillable_text":true,"quantizations":["fp8","unknown"],
             "sort":{"by":"latency"},"max_price":{"prompt":"0.5","completion":2,"request":1e-3,"image":null},
             "preferred_min_throughput":50,"preferred_max_latency":{"p50":1,"p90":3.5},"options":{"a":{}}},
            """ + Hello + "}").Provider!;
        Assert.Equal(["a", "B b"], provider.Order!);
        Assert.Equal(["c"], provider.Only!);
        Assert.Equal(["d"], provider.Ignore!);
        Assert.False(provider.AllowFallbacks);
        Assert.True(provider.RequireParameters && provider.DataCollectionDeny && provider.Zdr && provider.EnforceDistillableText);
        Assert.Equal(["fp8", "unknown"], provider.Quantizations!);
        Assert.Equal((ProviderSort.Latency, SortPartition.None), (provider.Sort, provider.Partition));
        Assert.Equal(new MaxPrice(0.5m, 2m, 0.001m, null, null), provider.MaxPrice);
        Assert.Equal(new PercentileCutoffs(50, null, null, null), provider.PreferredMinThroughput);
        Assert.Equal(new PercentileCutoffs(1, null, 3.5, null), provider.PreferredMaxLatency);
    }

    internal static RequestEnvelope Accept(string body)
    {
        var envelope = new RequestEnvelope();
        var error = ChatRequestReader.Read(Bytes.Of(body), envelope);
        Assert.Null(error?.Message);
        return envelope;
    }

    private static GatewayError Refuse(string body) => Refuse(Bytes.Of(body));

    private static GatewayError Refuse(byte[] body)
    {
        var error = ChatRequestReader.Read(body, new RequestEnvelope());
        Assert.NotNull(error);
        Assert.Equal(GatewayErrorKind.InvalidRequest, error.Kind);
        return error;
    }
}
