using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Azure OpenAI: OpenAI's chat API with what content filters say beside it
/// (https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter).</summary>
internal sealed class AzureRow : ChatRow
{
    private const string Page = "https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter";
    private const string Safe = """{"hate":{"filtered":false,"severity":"safe"},"protected_material_code":{"filtered":false,"detected":false}}""";

    public override string Name => "Azure OpenAI";

    protected override (string Choice, string Answer, string? First) Extras =>
    (
        $",\"content_filter_results\":{Safe}",
        $$""","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{{Safe}} }]""",
        $$"""{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{{Safe}} }]}"""
    );

    protected override Cell Refusal => Refuses(Page, "", "content_filter",
        Whole("""{"role":"assistant","content":"Well"}""", "content_filter"), Chunks([Hello], "content_filter"));

    protected override Cell ErrorClasses => Fails("https://learn.microsoft.com/azure/ai-foundry/openai/reference",
        (400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}""", null, GatewayErrorKind.ProviderRejected),
        (401, """{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}""", null, GatewayErrorKind.ProviderAuth),
        (401, """{"statusCode":401,"message":"Unauthorized. Access token is missing, invalid, audience is incorrect, or have expired."}""", null, GatewayErrorKind.ProviderAuth),
        (404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", null, GatewayErrorKind.ProviderRejected),
        (429, """{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation have exceeded call rate limit. Please retry after 8 seconds."}}""", null, GatewayErrorKind.ProviderRateLimited),
        (500, """{"error":{"code":"InternalServerError","message":"Because"}}""", null, GatewayErrorKind.ProviderError),
        (503, """{"error":{"code":"503","message":"Because"}}""", null, GatewayErrorKind.ProviderOverloaded),
        (408, """{"error":{"code":"Timeout","message":"The operation was timeout."}}""", null, GatewayErrorKind.ProviderTimeout));
}

/// <summary>One of the many that speak OpenAI's chat API and show their reasoning, which goes back as
/// <c>reasoning_content</c> (https://api-docs.deepseek.com/guides/thinking_mode).</summary>
internal sealed class CompatibleRow : ChatRow
{
    private const string Call = """{"index":0,"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}""";

    public override string Name => "OpenAI-compatible";

    protected override ChatForm Form { get; } = new() { Reasoning = ReasoningReplay.Content };

    protected override Cell ReasoningRoundTrip => Replays("https://api-docs.deepseek.com/guides/thinking_mode", "Hm \"é\"",
        Chunks(["""{"role":"assistant","content":null,"reasoning_content":"Hm "}""", """{"reasoning_content":"\"é\""}""", $$"""{"tool_calls":[{{Call}}]}"""], "tool_calls"),
        Whole($$"""{"role":"assistant","content":null,"reasoning_content":"Hm \"é\"","tool_calls":[{{Call}}]}""", "tool_calls"),
        ("messages/1/reasoning_content", "\"Hm \\\"é\\\"\""));
}
