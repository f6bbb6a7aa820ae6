using System.Buffers;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("""{"error":{"message":"m","type":"t","code":"c","param":null}}""", "m", "c", "t")]
    [InlineData("""{"error":"m"}""", "m", "418", null)]
    [InlineData("""{"message":"m","code":5}""", "m", "5", null)]
    [InlineData("""{"detail":"m"}""", "m", "418", null)]
    [InlineData("""{"detail":[{"loc":["body"],"msg":"m","type":"missing"}]}""", "m", "418", "missing")]
    [InlineData("""[{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}]""", "m", "429", "RESOURCE_EXHAUSTED")]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"m"}}""", "m", "418", "overloaded_error")]
    [InlineData("""{"object":"error","message":"m","type":"BadRequestError","code":400}""", "m", "400", "BadRequestError")]
    [InlineData("""{"errors":[{"message":"m"},{"message":"n"}]}""", "m", "418", null)]
    [InlineData("""{"error":{"message":"m","cut":""", "m", "418", null)]
    [InlineData("<html>Bad gateway</html>", null, "418", null)]
    [InlineData("", null, "418", null)]
    public void Error_bodies_of_all_shapes_are_read(string body, string? message, string? code, string? type) =>
        Assert.Equal((message, code, type), ChatErrorReader.Read(Bytes.Of(body), 418));

    [Theory]
    [InlineData("""{"error":{"message":"m","type":"t","code":"c","param":"max_tokens"}}""", "max_tokens")]
    [InlineData("""{"error":{"message":"m","param":null}}""", null)]
    [InlineData("""{"error":{"message":"m","param":"n","cut":""", "n")]
    [InlineData("<html>Bad gateway</html>", null)]
    public void The_member_that_an_error_is_about_is_read(string body, string? parameter) =>
        Assert.Equal(parameter, ChatErrorReader.ReadParameter(Bytes.Of(body)));

    [Theory]
    [InlineData(null, null, 401, GatewayErrorKind.ProviderAuth)]
    [InlineData(null, null, 402, GatewayErrorKind.ProviderAuth)]
    [InlineData("insufficient_quota", "insufficient_quota", 429, GatewayErrorKind.ProviderAuth)]
    [InlineData("rate_limit_exceeded", "requests", 429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData(null, null, 404, GatewayErrorKind.ProviderRejected)]
    [InlineData("context_length_exceeded", "invalid_request_error", 400, GatewayErrorKind.ProviderRejected)]
    [InlineData(null, null, 500, GatewayErrorKind.ProviderError)]
    [InlineData(null, null, 503, GatewayErrorKind.ProviderOverloaded)]
    [InlineData(null, "overloaded_error", 200, GatewayErrorKind.ProviderOverloaded)]
    [InlineData(null, null, 529, GatewayErrorKind.ProviderOverloaded)]
    [InlineData(null, null, 504, GatewayErrorKind.ProviderTimeout)]
    [InlineData("429", null, 200, GatewayErrorKind.ProviderRateLimited)]
    [InlineData(null, null, 200, GatewayErrorKind.ProviderError)]
    public void Codes_and_statuses_are_classified(string? code, string? type, int status, GatewayErrorKind kind) =>
        Assert.Equal(kind, ChatErrorReader.Classify(code, type, status));

    [Fact]
    public void An_error_body_serves_both_families_of_clients()
    {
        var output = new ArrayBufferWriter<byte>();
        OpenAiErrorWriter.Write(
            new GatewayError(GatewayErrorKind.InvalidRequest, "Invalid value for 'n': é.") { Parameter = "n" }, output);
        Assert.Equal(
            """{"error":{"code":400,"message":"Invalid value for 'n': é.","type":"invalid_request_error","param":"n","metadata":{"error_type":"invalid_request","code":"invalid_request","param":"n"}}}""",
            Bytes.Text(output));
    }

    [Fact]
    public void Earlier_attempts_and_details_are_told()
    {
        var output = new ArrayBufferWriter<byte>();
        OpenAiErrorWriter.Write(
            new GatewayError(GatewayErrorKind.ProviderRateLimited, "Later.")
            {
                Provider = "Acme",
                UpstreamStatus = 429,
                Raw = "slow down",
                RetryAfter = TimeSpan.FromSeconds(1.2),
                LimitSource = "key",
            },
            [new PreviousError("Beta", "provider_timeout", 504)],
            output);
        var metadata = JsonNode.Parse(Bytes.Text(output))!["error"]!["metadata"]!;
        Assert.Equal(
            """{"error_type":"rate_limit_exceeded","code":"provider_rate_limited","provider_name":"Acme","provider_code":429,"raw":"slow down","limit_source":"key","retry_after":2,"previous_errors":[{"provider":"Beta","code":"provider_timeout","status":504}]}""",
            metadata.ToJsonString());
    }

    [Fact]
    public void Every_kind_of_error_has_a_body()
    {
        foreach (var kind in Enum.GetValues<GatewayErrorKind>())
        {
            var output = new ArrayBufferWriter<byte>();
            OpenAiErrorWriter.Write(new GatewayError(kind, "m"), output);
            Assert.Equal(GatewayErrorPolicy.For(kind).HttpStatus, (int)JsonNode.Parse(Bytes.Text(output))!["error"]!["code"]!);
        }
    }

    [Theory]
    [InlineData("Incorrect API key provided: sk-proj-abc*****xyz9.", "Incorrect API key provided: [redacted]")]
    [InlineData("Authorization: Bearer eyJhbGciOi.x.y and gsk_0123456789", "Authorization: [redacted] and [redacted]")]
    [InlineData("the task-oriented desk-lamp is sk-1", "the task-oriented desk-lamp is sk-1")]
    [InlineData(null, null)]
    public void Keys_are_not_passed_on(string? text, string? expected) => Assert.Equal(expected, ErrorText.Redact(text));

    [Fact]
    public void Long_texts_are_cut()
    {
        var text = ErrorText.Redact(new string('a', 990) + " sk-" + new string('b', 50_000));
        Assert.Equal(new string('a', 990) + " [redacted", text![..1001] is var cut && cut.EndsWith('…') ? cut[..^1] + string.Empty : text[..1001]);
        Assert.True(text.Length <= ErrorText.MaxLength + 1);
    }
}
