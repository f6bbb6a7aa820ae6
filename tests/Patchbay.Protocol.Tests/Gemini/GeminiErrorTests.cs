using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Gemini;

// https://ai.google.dev/gemini-api/docs/troubleshooting, https://google.aip.dev/193
public sealed class GeminiErrorTests
{
    [Theory]
    [InlineData(400, "INVALID_ARGUMENT", GatewayErrorKind.ProviderRejected)]
    [InlineData(400, "FAILED_PRECONDITION", GatewayErrorKind.ProviderAuth)]
    [InlineData(401, "UNAUTHENTICATED", GatewayErrorKind.ProviderAuth)]
    [InlineData(403, "PERMISSION_DENIED", GatewayErrorKind.ProviderAuth)]
    [InlineData(404, "NOT_FOUND", GatewayErrorKind.ProviderRejected)]
    [InlineData(429, "RESOURCE_EXHAUSTED", GatewayErrorKind.ProviderRateLimited)]
    [InlineData(499, "CANCELLED", GatewayErrorKind.ProviderError)]
    [InlineData(500, "INTERNAL", GatewayErrorKind.ProviderError)]
    [InlineData(503, "UNAVAILABLE", GatewayErrorKind.ProviderOverloaded)]
    [InlineData(504, "DEADLINE_EXCEEDED", GatewayErrorKind.ProviderTimeout)]
    [InlineData(418, "TEAPOT", GatewayErrorKind.ProviderRejected)]
    public void Statuses_have_their_kinds(int status, string word, GatewayErrorKind kind)
    {
        var body = $$$$"""{"error":{"code":{{{{status}}}},"message":"No.","status":"{{{{word}}}}"}}""";
        var error = GeminiDialect.Gemini.ReadError(Bytes.Of(body), status);

        Assert.Equal((kind, "No."), (error.Kind, error.Message));
        Assert.Equal(error, GeminiDialect.Vertex.ReadError(Bytes.Of($"[{body}]"), status));
    }

    [Fact]
    public void A_wrong_key_is_ours_to_mend()
    {
        var error = GeminiDialect.Gemini.ReadError(
            """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"""u8,
            400);

        Assert.Equal(GatewayErrorKind.ProviderAuth, error.Kind);
    }

    [Fact]
    public void The_field_that_is_wrong_is_named()
    {
        var error = GeminiDialect.Gemini.ReadError(
            """{"error":{"code":400,"message":"Bad.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"generation_config.top_k","description":"x"}]}]}}"""u8,
            400);

        Assert.Equal("generation_config.top_k", error.Parameter);
    }

    [Theory]
    [InlineData("", 502, GatewayErrorKind.ProviderError)]
    [InlineData("<html>", 403, GatewayErrorKind.ProviderAuth)]
    [InlineData("{\"error\":", 429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData("[[]]", 500, GatewayErrorKind.ProviderError)]
    [InlineData("{\"error\":\"plain\"}", 400, GatewayErrorKind.ProviderRejected)]
    [InlineData("{\"error\":{\"details\":[{\"retryDelay\":\"-1s\"},{\"retryDelay\":\"1e9s\"},{\"retryDelay\":5}]}}", 429, GatewayErrorKind.ProviderRateLimited)]
    public void What_is_no_error_body_gives_what_the_status_says(string body, int status, GatewayErrorKind kind)
    {
        var error = GeminiDialect.Gemini.ReadError(Bytes.Of(body), status);

        Assert.Equal((kind, null), (error.Kind, error.RetryAfter));
    }
}
