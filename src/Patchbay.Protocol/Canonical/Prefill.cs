namespace Patchbay.Protocol;

/// <summary>How a model is asked to go on with an answer that somebody else began: the text so far is the last message, in
/// the name of the assistant.</summary>
public enum Prefill
{
    /// <summary>It is not: it would begin anew.</summary>
    None,

    /// <summary>That message is all (Claude before 4.6: https://docs.claude.com/en/api/messages; Groq:
    /// https://console.groq.com/docs/prefilling).</summary>
    Message,

    /// <summary>The message has <c>"prefix": true</c> (https://docs.mistral.ai/api/endpoint/chat; DeepSeek's beta address:
    /// https://api-docs.deepseek.com/guides/chat_prefix_completion). The answer may begin with the text again.</summary>
    Prefix,

    /// <summary>The message has <c>"partial": true</c> (Moonshot:
    /// https://platform.kimi.ai/docs/guide/use-partial-mode-feature-of-kimi-api; Alibaba:
    /// https://www.alibabacloud.com/help/en/model-studio/partial-mode).</summary>
    Partial,

    /// <summary>The request has <c>"continue_final_message": true</c> and <c>"add_generation_prompt": false</c>
    /// (https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html).</summary>
    ContinueFinalMessage,
}
