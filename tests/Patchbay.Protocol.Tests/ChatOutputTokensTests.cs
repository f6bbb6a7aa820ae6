using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ChatOutputTokensTests
{
    [Theory]
    [InlineData("""{"choices":[{"message":{"content":"hello world"}}]}""", "hello world")]
    [InlineData("""{"choices":[{"message":{"content":"caf\u00e9\n\ud83d\ude00 \ud83d"}}]}""", "café\n😀 \uFFFD")]
    [InlineData("""{"choices":[{"text":"hello"},{"text":" world"}]}""", "hello", " world")]
    [InlineData("""{"choices":[{"message":{"content":null,"reasoning":"think","refusal":"I won't"}}]}""", "think", "I won't")]
    [InlineData("""{"choices":[{"message":{"content":[{"type":"text","text":"one"},{"type":"thinking","thinking":[{"type":"text","text":"two"}]}]}}]}""", "one", "two")]
    [InlineData("""{"choices":[{"message":{"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_time","arguments":"{\"city\":\"Oslo\"}"}}]}}]}""", "get_time", "{\"city\":\"Oslo\"}")]
    [InlineData("""{"id":"x","model":"m","choices":[{"message":{"role":"assistant","images":[{"url":"data:abc"}],"annotations":[{"text":"no"}]},"logprobs":{"content":[{"token":"no"}]}}],"usage":{"text":"no"}}""")]
    [InlineData("""{"choices":{"message":{"content":"no"}},"error":{"message":"no"}}""")]
    [InlineData("""{"choices":[[{"message":{"content":"no"}}]]}""")]
    [InlineData("{}")]
    public void What_the_model_wrote_is_counted_string_by_string(string body, params string[] written) =>
        Assert.Equal(written.Sum(text => (long)O200kTokenizer.CountChars(text)), ChatOutputTokens.Count(Bytes.Of(body)));

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"choices":[{"message":{"content":"cut""")]
    [InlineData("""{"choices":[]} x""")]
    public void What_is_not_one_JSON_document_has_no_count(string body) =>
        Assert.Null(ChatOutputTokens.Count(Bytes.Of(body)));

    [Fact]
    public void Recorded_answers_have_tokens_exactly_when_they_have_output()
    {
        Recordings.Require();
        var reader = new ChatResponseReader();
        var compared = 0;
        foreach (var path in Recordings.Providers.SelectMany(
            provider => Directory.GetFiles(Path.Combine(Recordings.Folder!, provider), "*.json")))
        {
            var body = File.ReadAllBytes(path);
            if (JsonNode.Parse(body) is not JsonObject answer || answer["choices"] is not JsonArray || !reader.Read(body))
            {
                continue;
            }

            compared++;
            var tokens = ChatOutputTokens.Count(body);

            Assert.NotNull(tokens);
            Assert.True(reader.OutputBytes > 0 == tokens > 0, path);
            Assert.InRange(tokens.Value, reader.OutputBytes / 12, reader.OutputBytes);
        }

        Assert.InRange(compared, 10, int.MaxValue);
    }
}
