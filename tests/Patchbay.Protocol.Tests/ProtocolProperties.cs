using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ProtocolProperties
{
    private static readonly Config Plenty = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static readonly Gen<string> SsePiece = Gen.Elements(
        "data: ", "data:", "data", "event: e", ":", "\n", "\r", "\r\n", "\n\n", "x", "é", "\uFEFF", "[DONE]", "id: 1", " ");

    private static readonly Gen<string> JsonPiece = Gen.Elements(
        "{", "}", "[", "]", ",", ":", "\"id\"", "\"model\"", "\"choices\"", "\"usage\"", "\"finish_reason\"", "\"delta\"",
        "\"content\"", "\"error\"", "\"provider\"", "\"prompt_tokens\"", "\"a\\u00\"", "null", "1", "-1e999", "true", " ", "\\");

    [Fact]
    public void Any_cutting_of_any_stream_gives_the_same_events()
    {
        var inputs = from pieces in Gen.ListOf(SsePiece) from cuts in Gen.NonEmptyListOf(Gen.Choose(1, 9)) select (pieces, cuts);
        Check.One(Plenty, Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            var stream = Encoding.UTF8.GetBytes(string.Concat(input.pieces));
            var whole = SseFrameReaderTests.ReadAsync(stream, [int.MaxValue]).GetAwaiter().GetResult();
            var cut = SseFrameReaderTests.ReadAsync(stream, [.. input.cuts]).GetAwaiter().GetResult();
            return whole == cut;
        }));
    }

    [Fact]
    public void Events_written_are_events_read()
    {
        var lines = Gen.ListOf(Gen.Elements("a", "", "b c", "é", "{}"));
        Check.One(Plenty, Prop.ForAll(Gen.NonEmptyListOf(lines).ToArbitrary(), events =>
        {
            var written = events.Select(data => data.Count == 0 ? [""] : data.ToArray()).ToArray();
            var stream = string.Concat(written.Select(data => string.Concat(data.Select(line => $"data: {line}\r\n")) + "\n"));
            var expected = string.Join(';', written.Select(data => "|" + string.Join('\n', data)));
            return SseFrameReaderTests.ReadAsync(Encoding.UTF8.GetBytes(stream), [5]).GetAwaiter().GetResult() == expected;
        }));
    }

    [Fact]
    public void Random_pieces_of_JSON_never_throw()
    {
        Check.One(Plenty, Prop.ForAll(Gen.ListOf(JsonPiece).ToArbitrary(), pieces =>
        {
            var body = Encoding.UTF8.GetBytes("{" + string.Concat(pieces));
            var editor = Bytes.Editor();
            var output = new ArrayBufferWriter<byte>();
            editor.Process("{\"id\":\"x\",\"model\":\"m\",\"choices\":[{}]}"u8, new ArrayBufferWriter<byte>());
            var result = editor.Process(body, output);
            ChatRequestReader.Read(body, new RequestEnvelope());
            new ChatResponseReader().Read(body);
            ChatErrorReader.Read(body, 500);
            return result == ChunkResult.Forwarded ? JsonNode.Parse(Bytes.Body(Bytes.Text(output))) is JsonObject : output.WrittenCount == 0;
        }));
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        Check.One(Plenty, Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 255)).ToArbitrary(), numbers =>
        {
            byte[] body = [.. "{\"choices\":[{\"delta\":{\"content\":\""u8, .. numbers.Select(number => (byte)number), .. "\"}}]}"u8];
            var output = new ArrayBufferWriter<byte>();
            var result = Bytes.Editor().Process(body, output);
            ChatRequestReader.Read(body, new RequestEnvelope());
            ChatErrorReader.Read(body, 500);
            return result != ChunkResult.Forwarded || System.Text.Unicode.Utf8.IsValid(output.WrittenSpan);
        }));
    }

    [Fact]
    public void A_chunk_is_edited_the_same_with_and_without_memory_of_the_last()
    {
        var member = Gen.Elements(
            "\"id\":\"x\"", "\"model\":\"m\"", "\"object\":\"chat.completion.chunk\"", "\"created\":7", "\"usage\":null",
            "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}", "\"provider\":\"p\"", "\"z\":[1]",
            "\"service_tier\":\"flex\"", "\"choices\":[{\"delta\":{\"content\":\"a\"}}]",
            "\"choices\":[{\"delta\":{},\"finish_reason\":\"eos\"}]", "\"choices\":[]", "\"x_groq\":{\"usage\":{\"prompt_tokens\":9}}");
        var chunk = Gen.ListOf(member).Select(members => "{" + string.Join(" , ", members) + "}");
        var pairs = from first in chunk from second in chunk select (first, second);
        Check.One(Plenty, Prop.ForAll(pairs.ToArbitrary(), pair =>
        {
            var editor = Bytes.Editor();
            editor.Process(pair.first);
            return editor.Process(pair.second) == Bytes.Editor().Process(pair.second)
                && editor.Process(pair.second) == Bytes.Editor().Process(pair.second);
        }));
    }

    [Fact]
    public void Usage_is_never_negative_and_its_parts_make_the_whole()
    {
        var count = Gen.Elements("0", "1", "7", "100", "-5", "null", "2000000000", "1e400", "\"x\"", "3.0");
        var outerName = Gen.Elements(
            "prompt_tokens",
            "completion_tokens",
            "total_tokens",
            "prompt_cache_hit_tokens",
            "cached_tokens",
            "cache_creation_input_tokens",
            "reasoning_tokens");
        var innerName = Gen.Elements("cached_tokens", "audio_tokens", "cache_write_tokens", "reasoning_tokens");
        var detailsName = Gen.Elements("prompt_tokens_details", "completion_tokens_details");
        var member = outerName.SelectMany(_ => count, (name, value) => $"\"{name}\":{value}");
        var inner = innerName.SelectMany(_ => count, (name, value) => $"\"{name}\":{value}");
        var details = detailsName.SelectMany(
            _ => Gen.ListOf(inner), (name, members) => $"\"{name}\":{{{string.Join(',', members)}}}");
        var usages = Gen.ListOf(Gen.OneOf(member, details)).Select(members => "{" + string.Join(',', members) + "}");
        Check.One(Plenty, Prop.ForAll(usages.ToArbitrary(), json =>
        {
            var reader = new ChatResponseReader();
            var read = reader.Read(Bytes.Of("{\"usage\":" + json + "}"));
            var usage = reader.Usage;
            long?[] parts = [usage.UncachedInput, usage.CacheRead, usage.CacheWrite, usage.CacheWrite1h, usage.AudioInput,
                usage.Output, usage.Reasoning, usage.AudioOutput];
            var output = new ArrayBufferWriter<byte>();
            ChatResponseWriter.Write(Bytes.Of("{\"usage\":" + json + "}"), reader, Bytes.Stamp, usage, Bytes.Charge, output);
            return read && parts.All(part => part is null or (>= 0 and <= 1_000_000_000))
                && JsonNode.Parse(Bytes.Text(output)) is JsonObject;
        }));
    }

    [Fact]
    public void An_edited_request_loses_no_member_of_the_callers()
    {
        var names = Gen.Elements(
            "temperature", "top_p", "seed", "models", "provider", "stream_options", "max_tokens", "custom", "other", "trace", "stop", "user");
        var sets = from list in Gen.ListOf(names) from spaces in Gen.Elements("", " ", "\n\t") select (list.Distinct().ToArray(), spaces);
        Check.One(Plenty, Prop.ForAll(sets.ToArbitrary(), input =>
        {
            var (members, space) = input;
            var body = "{" + space + string.Join(space + "," + space, members.Select(Value).Prepend("\"prompt\":\"x\"").Reverse()) + space + "}";
            var envelope = new RequestEnvelope();
            var error = ChatRequestReader.Read(Bytes.Of(body), envelope);
            var output = new ArrayBufferWriter<byte>();
            ChatRequestWriter.Write(Bytes.Of(body), envelope, new UpstreamRequestEdits
            {
                Model = "m"u8.ToArray(),
                MaxOutputTokens = 3,
                Drop = Parameters.Seed,
                IncludeUsage = true,
            }, output);
            var before = JsonNode.Parse(body)!.AsObject();
            var after = JsonNode.Parse(Bytes.Text(output))!.AsObject();
            string[] gone = ["models", "provider", "trace", "seed", "stream_options"];
            return error is null && (string?)after["model"] == "m" && (int)after["max_tokens"]! == 3
                && before.All(member => gone.Contains(member.Key)
                    ? !after.ContainsKey(member.Key)
                    : member.Key == "max_tokens" || JsonNode.DeepEquals(member.Value, after[member.Key]));
        }));
    }

    private static string Value(string name) => name switch
    {
        "models" => "\"models\":[\"a\"]",
        "provider" => "\"provider\":{\"order\":[\"b\"]}",
        "stream_options" => "\"stream_options\":{\"include_usage\":false}",
        "custom" or "trace" => $"\"{name}\":{{\"a\":[1,{{}}]}}",
        "other" => "\"other\":[1.50,\"\\u00e9\"]",
        "stop" or "user" => $"\"{name}\":\"s\"",
        _ => $"\"{name}\":1",
    };
}
