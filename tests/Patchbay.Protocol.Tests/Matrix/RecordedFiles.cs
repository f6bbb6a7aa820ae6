namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Who reads a recording: a dialect with a check of its text, tools, usage and finish reason against the recording's
/// JSON, or another surface.</summary>
/// <param name="Owner">The dialect or surface, as the summary names it.</param>
/// <param name="Check">Throws when what is heard is not what the file says; null for a surface that is not chat.</param>
internal sealed record Claim(string Owner, Action<string>? Check);

/// <summary>Which file of <c>../shared/wire</c> belongs to whom.</summary>
internal static class RecordedFiles
{
    private static readonly AnthropicRecordedTests Anthropic = new();
    private static readonly ConverseRecordedTests Converse = new();
    private static readonly CohereRecordedTests Cohere = new();
    private static readonly MistralTests Mistral = new();
    private static readonly ResponsesRecordedTests Responses = new();
    private static readonly Gemini.GeminiRecordingTests Gemini = new();
    private static readonly RecordedStreamTests Chat = new();

    // Of a file's name, where it is no chat at all.
    private static readonly (string Word, string Surface)[] Surfaces =
    [
        ("embedding", "surface: embeddings"), ("reranking", "surface: rerank"), ("transcription", "surface: transcription"),
        ("skill-", "surface: skills"), ("skills-", "surface: skills"), ("live-speech", "surface: speech translation"), ("interactions-", "surface: Gemini interactions"),
        ("gladia-", "surface: transcription"), ("image-openai", "surface: images"),
    ];

    /// <summary>Who reads a file; null when nobody does.</summary>
    /// <param name="name">Its folder and name, divided by a slash.</param>
    public static Claim? Of(string name)
    {
        var folder = name[..name.IndexOf('/', StringComparison.Ordinal)];
        var file = name[(folder.Length + 1)..];
        foreach (var (word, surface) in Surfaces)
        {
            if (file.StartsWith(word, StringComparison.Ordinal) || file.Contains("-" + word, StringComparison.Ordinal))
            {
                return new Claim(surface, null);
            }
        }

        return folder switch
        {
            "fal" or "gladia" or "revai" => new Claim("surface: transcription", null),
            "voyage" => new Claim("surface: embeddings", null),
            "anthropic" => Read("Anthropic Messages", file, Anthropic.A_recorded_stream_says_the_same_as_chat, Anthropic.A_recorded_message_says_the_same_as_chat),
            "amazon-bedrock" => Read("Bedrock Converse", file, Converse.A_recorded_stream_says_the_same_as_chat, Converse.A_recorded_answer_says_the_same_as_chat),
            "cohere" => Read("Cohere v2", file, Cohere.A_recorded_stream_says_the_same_as_chat, Cohere.A_recorded_answer_says_the_same_as_chat),
            "mistral" => Read("Mistral", file, Mistral.A_recorded_stream_says_the_same_as_chat, Mistral.A_recorded_answer_says_the_same_as_chat),
            "google" when file == "google-429-retry-info.json" => new Claim("Gemini", _ => Gemini.The_recorded_rate_limit_says_how_long_to_wait()),
            "google" => Read("Gemini", file, Gemini.A_recorded_stream_is_read_whole, Gemini.A_recorded_body_is_read_whole),
            "openai" when file == "responses-parallel-tool-call-wrapper.1.chunks.txt" => new Claim("OpenAI Responses", _ => Responses.A_recording_whose_events_lack_a_brace_cannot_be_read()),
            "openai" when file.EndsWith("-error.json", StringComparison.Ordinal) || file == "responses-openai-error.1.json" => new Claim("OpenAI errors", RecordedErrors.Check),
            "azure" when file == "azure-deepseek-reasoning.1.json" => new Claim("OpenAI chat", RecordedChat.CheckBody),
            "azure" or "openai" or "xai" when folder == "azure" || file.StartsWith("responses-", StringComparison.Ordinal) =>
                Read("OpenAI Responses", file, Responses.A_recorded_stream_says_what_its_items_say, Responses.A_recorded_body_says_what_its_items_say),
            "openai-compatible" when file.EndsWith(".sse", StringComparison.Ordinal) => new Claim("OpenAI chat", RecordedChat.CheckEvents),
            _ when Array.IndexOf(Recordings.Providers, folder) >= 0 => Read("OpenAI chat", file, Chat.A_recorded_stream_comes_through_unchanged_but_for_our_edits, RecordedChat.CheckBody),
            _ => null,
        };
    }

    private static Claim? Read(string owner, string file, Action<string> stream, Action<string> whole) =>
        file.EndsWith(".chunks.txt", StringComparison.Ordinal) ? new Claim(owner, stream)
        : file.EndsWith(".json", StringComparison.Ordinal) ? new Claim(owner, whole)
        : null;
}
