namespace Patchbay.EndToEnd.Tests;

/// <summary>What real answers cost, computed by hand: counts as the provider tells them, times the prices of its list, in
/// billionths of a dollar.</summary>
internal static class BillingTable
{
    /// <summary>Recordings of real providers below ../shared/wire.</summary>
    public static IReadOnlyList<BillingRow> Recorded { get; } =
    [
        // Alibaba (qwen3-max, 1,200 and 6,000).
        // 18 x 1,200 + 779 x 6,000
        new("openai", "alibaba/alibaba-text", true, "0.0000012", "0.000006", "", 4_695_600),
        // 18 x 1,200 + 1,064 x 6,000
        new("openai", "alibaba/alibaba-text", false, "0.0000012", "0.000006", "", 6_405_600),

        // Amazon Bedrock, Converse (claude-3-haiku, 250 and 1,250; claude-3.7-sonnet, 3,000 and 15,000).
        // 22 x 250 + 55 x 1,250
        new("bedrock", "amazon-bedrock/amazon-bedrock-text", true, "0.00000025", "0.00000125", "", 74_250),
        // 22 x 250 + 57 x 1,250
        new("bedrock", "amazon-bedrock/amazon-bedrock-text", false, "0.00000025", "0.00000125", "", 76_750),
        // 51 x 3,000 + 94 x 15,000
        new("bedrock", "amazon-bedrock/amazon-bedrock-reasoning", true, "0.000003", "0.000015", "", 1_563_000),
        // 51 x 3,000 + 78 x 15,000
        new("bedrock", "amazon-bedrock/amazon-bedrock-reasoning", false, "0.000003", "0.000015", "", 1_323_000),

        // Anthropic (claude-sonnet-4, 3,000 and 15,000, a search 10,000,000; claude-opus, 5,000 and 25,000). The counts of a stream
        // are those of its last event, and a compaction is paid for beside what the top level counts.
        // 15,665 x 3,000 + 795 x 15,000 + 1 x 10,000,000
        new("anthropic", "anthropic/anthropic-web-search-tool.1", true, "0.000003", "0.000015", "web_search: \"0.01\"", 68_920_000),
        // 27,118 x 3,000 + 600 x 15,000 + 2 x 10,000,000
        new("anthropic", "anthropic/anthropic-web-search-tool.1", false, "0.000003", "0.000015", "web_search: \"0.01\"", 110_354_000),
        // 61 x 3,000 + 2 x 15,000
        new("anthropic", "anthropic/anthropic-message-delta-input-tokens", true, "0.000003", "0.000015", "", 213_000),
        // 51 x 5,000 + 1,699 x 25,000; 139 of them are thoughts
        new("anthropic", "anthropic/anthropic-claude-opus-5-reasoning-high.1", false, "0.000005", "0.000025", "", 42_730_000),
        // (60,385 + 612) x 5,000 + (522 + 2,819) x 25,000
        new("anthropic", "anthropic/anthropic-compaction.1", true, "0.000005", "0.000025", "", 388_510_000),
        // (60,385 + 682) x 5,000 + (592 + 1,320) x 25,000
        new("anthropic", "anthropic/anthropic-compaction.1", false, "0.000005", "0.000025", "", 353_135_000),

        // Azure and OpenAI, Responses (gpt-5.1, 1,250 and 10,000; gpt-5-mini, 250, 25 from the cache, and 2,000). Of three
        // calls of the search one is a search; the others open what it found.
        // 11 x 1,250 + 11 x 10,000
        new("openai-responses", "azure/azure-text.1", true, "0.00000125", "0.00001", "", 123_750),
        // 11 x 1,250 + 11 x 10,000
        new("openai-responses", "azure/azure-text.1", false, "0.00000125", "0.00001", "", 123_750),
        // 564 x 250 + 101 x 2,000; 64 of them are thoughts
        new("openai-responses", "azure/azure-reasoning-encrypted-content.1", false, "0.00000025", "0.000002", "", 343_000),
        // 865 x 250 + 163 x 2,000; 128 of them are thoughts
        new("openai-responses", "openai/responses-openai-reasoning-encrypted-content.1", false, "0.00000025", "0.000002", "", 542_250),
        // 15,969 x 250 + 3,712 x 25 + 3,773 x 2,000 + 1 x 10,000,000
        new("openai-responses", "openai/responses-openai-web-search-tool.1", false, "0.00000025", "0.000002", "cache_read: \"0.000000025\", web_search: \"0.01\"", 21_631_050),
        // grok-4-fast: 371 x 200 + 1,235 x 50 + 292 x 500
        new("openai-responses", "xai/responses-xai-code-execution-tool.1", false, "0.0000002", "0.0000005", "cache_read: \"0.00000005\"", 281_950),

        // OpenAI, Chat (gpt-4.1-nano, 100 and 400; gpt-5-nano, 50 and 400) and Azure (deepseek-v4-pro, 1,740 and 3,480).
        // 16 x 100 + 300 x 400
        new("openai", "openai/chat-openai-text", true, "0.0000001", "0.0000004", "", 121_600),
        // 16 x 100 + 363 x 400
        new("openai", "openai/chat-openai-text", false, "0.0000001", "0.0000004", "", 146_800),
        // 15 x 50 + 78 x 400; 64 of them are thoughts
        new("openai", "openai/chat-azure-model-router.1", true, "0.00000005", "0.0000004", "", 31_950),
        // 19 x 1,740 + 1,969 x 3,480
        new("openai", "azure/azure-deepseek-reasoning.1", false, "0.00000174", "0.00000348", "", 6_885_180),

        // Cohere bills billed_units, not tokens (command-a, 2,500 and 10,000).
        // 8 x 2,500 + 50 x 10,000
        new("cohere", "cohere/cohere-reasoning", true, "0.0000025", "0.00001", "", 520_000),
        // 8 x 2,500 + 578 x 10,000
        new("cohere", "cohere/cohere-reasoning", false, "0.0000025", "0.00001", "", 5_800_000),
        // 11 x 2,500 + 4 x 10,000
        new("cohere", "cohere/cohere-max-tokens", false, "0.0000025", "0.00001", "", 67_500),

        // DeepSeek (deepseek-reasoner, 140, 2.8 from the cache, and 280; deepseek-chat, 270 and 1,100).
        // 175 x 140 + 320 x 2.8 + 144 x 280
        new("openai", "deepseek/chat-deepseek-json", false, "0.00000014", "0.00000028", "cache_read: \"0.0000000028\"", 65_716),
        // 19 x 140 + 320 x 2.8 + 83 x 280
        new("openai", "deepseek/chat-deepseek-tool-call", true, "0.00000014", "0.00000028", "cache_read: \"0.0000000028\"", 26_796),
        // 19 x 140 + 320 x 2.8 + 92 x 280
        new("openai", "deepseek/chat-deepseek-tool-call", false, "0.00000014", "0.00000028", "cache_read: \"0.0000000028\"", 29_316),
        // 13 x 270 + 400 x 1,100
        new("openai", "deepseek/chat-deepseek-text", true, "0.00000027", "0.0000011", "", 443_510),

        // Gemini counts thoughts beside the candidates (gemini-3-pro, 2,000 and 12,000; gemini-3-flash, 500 and 3,000).
        // 9 x 2,000 + (23 + 302) x 12,000
        new("gemini", "google/google-reasoning-gemini3", true, "0.000002", "0.000012", "", 3_918_000),
        // 9 x 2,000 + (29 + 258) x 12,000
        new("gemini", "google/google-reasoning-gemini3", false, "0.000002", "0.000012", "", 3_462_000),
        // 29 x 2,000 + (15 + 1,801) x 12,000
        new("gemini", "google/google-tool-call-gemini3", false, "0.000002", "0.000012", "", 21_850_000),
        // 249 x 500 + 58 x 3,000 + 183 x 3,000
        new("gemini", "google/google-stream-no-args-tool-call", true, "0.0000005", "0.000003", "reasoning: \"0.000003\"", 847_500),

        // Groq (qwen3-32b, 290 and 590; llama-3.3-70b, 590 and 790).
        // 17 x 290 + 649 x 590; 570 of them are thoughts
        new("openai", "groq/groq-reasoning", false, "0.00000029", "0.00000059", "", 387_840),
        // 210 x 590 + 15 x 790
        new("openai", "groq/groq-tool-call", true, "0.00000059", "0.00000079", "", 135_750),
        // 218 x 590 + 15 x 790
        new("openai", "groq/groq-tool-call", false, "0.00000059", "0.00000079", "", 140_470),

        // Mistral (magistral-medium, 2,000 and 5,000; mistral-small, 150 and 600).
        // 10 x 2,000 + 46 x 5,000
        new("mistral", "mistral/mistral-reasoning", true, "0.000002", "0.000005", "", 250_000),
        // 13 x 150 + 8 x 600
        new("mistral", "mistral/mistral-text", true, "0.00000015", "0.0000006", "", 6_750),
        // 13 x 150 + 434 x 600
        new("mistral", "mistral/mistral-text", false, "0.00000015", "0.0000006", "", 262_350),
        // 124 x 150 + 22 x 600
        new("mistral", "mistral/mistral-tool-call", false, "0.00000015", "0.0000006", "", 31_800),

        // Moonshot tells cached_tokens at the top (kimi-k2.6, 950, 160 from the cache, and 4,000).
        // 10 x 950 + 10 x 160 + 30 x 4,000; 22 of them are thoughts
        new("openai", "moonshotai/moonshotai-reasoning", false, "0.00000095", "0.000004", "cache_read: \"0.00000016\"", 131_100),
        // 30 x 950 + 12 x 4,000
        new("openai", "moonshotai/moonshotai-tool-call", false, "0.00000095", "0.000004", "cache_read: \"0.00000016\"", 76_500),

        // Perplexity (sonar, 1,000 and 1,000); the last with a price of 5,000,000 for a request.
        // 10 x 1,000 + 336 x 1,000
        new("openai", "perplexity/perplexity-citations", true, "0.000001", "0.000001", "", 346_000),
        // 10 x 1,000 + 251 x 1,000
        new("openai", "perplexity/perplexity-citations", false, "0.000001", "0.000001", "", 261_000),
        // 11 x 1,000 + 434 x 1,000
        new("openai", "perplexity/perplexity-text", true, "0.000001", "0.000001", "", 445_000),
        // 11 x 1,000 + 392 x 1,000 + 5,000,000
        new("openai", "perplexity/perplexity-text", false, "0.000001", "0.000001", "request: \"0.005\"", 5_403_000),

        // xAI counts thoughts beside completion_tokens (grok-3-mini, 300, 75 from the cache, and 500). It tells what it asks for
        // itself, in ten-billionths of a dollar (cost_in_usd_ticks): ten times each of these figures.
        // 1 x 300 + 11 x 75 + (2 + 340) x 500; 1,721,250 ticks
        new("openai", "openai-compatible/chat-xai-text", true, "0.0000003", "0.0000005", "cache_read: \"0.000000075\"", 172_125),
        // 10 x 300 + 2 x 75 + (2 + 320) x 500; 1,641,500 ticks
        new("openai", "openai-compatible/chat-xai-text", false, "0.0000003", "0.0000005", "cache_read: \"0.000000075\"", 164_150),
        // 1 x 300 + 306 x 75 + (26 + 227) x 500; 1,497,500 ticks
        new("openai", "openai-compatible/chat-xai-tool-call", true, "0.0000003", "0.0000005", "cache_read: \"0.000000075\"", 149_750),
        // 63 x 300 + 244 x 75 + (26 + 255) x 500; 1,777,000 ticks
        new("openai", "openai-compatible/chat-xai-tool-call", false, "0.0000003", "0.0000005", "cache_read: \"0.000000075\"", 177_700),
        // 1 x 300 + 11 x 75 + (1 + 290) x 500; 1,466,250 ticks
        new("openai", "xai/xai-text", true, "0.0000003", "0.0000005", "cache_read: \"0.000000075\"", 146_625),
        // 10 x 300 + 2 x 75 + (1 + 228) x 500; 1,176,500 ticks
        new("openai", "xai/xai-text", false, "0.0000003", "0.0000005", "cache_read: \"0.000000075\"", 117_650),
    ];

    /// <summary>Kinds of usage that no recording has, as the providers' documentation tells them: files of the folder
    /// Documented.</summary>
    public static IReadOnlyList<BillingRow> Documented { get; } =
    [
        // Writing to the cache for five minutes and for an hour (claude-sonnet-4, 3,000, 300 from the cache, 3,750 and 6,000 into
        // it, and 15,000): https://docs.claude.com/en/docs/build-with-claude/prompt-caching, usage.
        // 2,048 x 3,000 + 1,800 x 300 + 148 x 3,750 + 100 x 6,000 + 503 x 15,000
        new("anthropic", "anthropic-cache", false, "0.000003", "0.000015", "cache_read: \"0.0000003\", cache_write: \"0.00000375\", cache_write_1h: \"0.000006\"", 15_384_000),

        // The same at Bedrock (claude-3-haiku, 250, 25, 312.5 and 1,250):
        // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html.
        // 10 x 250 + 1,000 x 25 + 200 x 312.5 + 20 x 1,250
        new("bedrock", "converse-cache", false, "0.00000025", "0.00000125", "cache_read: \"0.000000025\", cache_write: \"0.0000003125\"", 115_000),

        // Sound, heard and said (gpt-4o-audio, 2,500, 40,000 heard, 10,000, 80,000 said):
        // https://platform.openai.com/docs/api-reference/chat/object, usage.
        // 18 x 2,500 + 101 x 40,000 + 22 x 10,000 + 62 x 80,000
        new("openai", "openai-audio", false, "0.0000025", "0.00001", "audio_input: \"0.00004\", audio_output: \"0.00008\"", 9_265_000),

        // Sound of which a part came from the cache (gemini-3-flash, 500, 1,000 heard, 50 from the cache, 3,000):
        // https://ai.google.dev/api/generate-content#UsageMetadata.
        // 200 x 500 + (1,000 - 400) x 1,000 + 400 x 50 + 50 x 3,000 + 30 x 3,000
        new("gemini", "gemini-cached-audio", false, "0.0000005", "0.000003", "audio_input: \"0.000001\", cache_read: \"0.00000005\", reasoning: \"0.000003\"", 960_000),

        // Searches that the model made by itself (sonar-deep-research, 2,000, 8,000, a search 5,000,000):
        // https://docs.perplexity.ai/api-reference/chat-completions-post, usage.num_search_queries.
        // 33 x 2,000 + 100 x 8,000 + 18 x 5,000,000
        new("openai", "perplexity-research", false, "0.000002", "0.000008", "web_search: \"0.005\"", 90_866_000),
    ];
}
