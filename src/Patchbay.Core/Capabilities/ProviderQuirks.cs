namespace Patchbay.Core;

/// <summary>The names of known deviations of providers from OpenAI's chat API, as the catalogue and the operator's file
/// write them.</summary>
public static class ProviderQuirks
{
    /// <summary>Does not know the role <c>developer</c>.</summary>
    public const string NoDeveloperRole = "no_developer_role";

    /// <summary>Rejects <c>store</c>.</summary>
    public const string NoStore = "no_store_param";

    /// <summary>Rejects <c>stream_options</c>.</summary>
    public const string NoStreamOptions = "no_stream_options_usage";

    /// <summary>Rejects <c>strict</c> in tools.</summary>
    public const string NoStrictTools = "no_strict_tools";

    /// <summary>Rejects <c>tool_choice</c>.</summary>
    public const string NoToolChoice = "no_tool_choice";

    /// <summary>Rejects <c>reasoning_effort</c>.</summary>
    public const string NoReasoningEffort = "no_reasoning_effort";

    /// <summary>Takes the reasoning of earlier answers back as <c>reasoning_content</c>.</summary>
    public const string ReplaysReasoning = "replay_reasoning_content_with_tool_calls";

    /// <summary>Takes one system message, in front.</summary>
    public const string OneSystemMessage = "single_system_message";

    /// <summary>Wants the function's name with each result.</summary>
    public const string NamedResults = "tool_result_needs_name";

    /// <summary>Wants an answer between a result and what the user says next.</summary>
    public const string AnswerAfterResults = "assistant_turn_needed_after_tool_result";

    /// <summary>Wants ids of calls that are nine letters and digits.</summary>
    public const string ShortCallIds = "tool_call_ids_9_alnum";

    /// <summary>Rejects <c>name</c> in messages of users.</summary>
    public const string NoNames = "no_message_names";

    /// <summary>Takes <c>cache_control</c>.</summary>
    public const string CacheControl = "cache_control";

    /// <summary>Takes everything that callers of this gateway may send: another gateway of the same kind.</summary>
    public const string SameSurface = "openrouter_surface";

    /// <summary>Knows the output limit only as <c>max_tokens</c>.</summary>
    public const string MaxTokensField = "max_tokens_field=max_tokens";

    /// <summary>Knows the output limit only as <c>max_completion_tokens</c>.</summary>
    public const string MaxCompletionTokensField = "max_tokens_field=max_completion_tokens";

    /// <summary>Is told to think by <c>thinking: {"type"}</c>.</summary>
    public const string ThinkingType = "thinking_format=zai";

    /// <summary>Is told to think by <c>thinking: {"type"}</c>, and how much by <c>reasoning_effort</c>.</summary>
    public const string ThinkingTypeAndEffort = "thinking_format=deepseek";

    /// <summary>Is told to think by <c>enable_thinking</c>.</summary>
    public const string EnableThinking = "thinking_format=qwen";

    /// <summary>Takes no temperature above the number behind it.</summary>
    public const string MaxTemperature = "max_temperature=";

    /// <summary>Signed and encrypted reasoning has the form whose name stands behind it.</summary>
    public const string ReasoningFormat = "reasoning_format=";

    /// <summary>Goes on with a last message of the assistant.</summary>
    public const string PrefillMessage = "prefill=message";

    /// <summary>The same when the message has <c>prefix: true</c>.</summary>
    public const string PrefillPrefix = "prefill=prefix";

    /// <summary>The same when the message has <c>partial: true</c>.</summary>
    public const string PrefillPartial = "prefill=partial";

    /// <summary>The same when the request has <c>continue_final_message: true</c>.</summary>
    public const string PrefillContinue = "prefill=continue_final_message";

    private static readonly string[] Names =
    [
        NoDeveloperRole, NoStore, NoStreamOptions, NoStrictTools, NoToolChoice, NoReasoningEffort, ReplaysReasoning,
        OneSystemMessage, NamedResults, AnswerAfterResults, ShortCallIds, NoNames, CacheControl, SameSurface,
        MaxTokensField, MaxCompletionTokensField, ThinkingType, ThinkingTypeAndEffort, EnableThinking,
        PrefillMessage, PrefillPrefix, PrefillPartial, PrefillContinue,
    ];

    /// <summary>All names; those that take a value end with an equals sign.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Names, MaxTemperature, ReasoningFormat];

    /// <summary>Whether this is a quirk that is honoured.</summary>
    public static bool IsKnown(string quirk) =>
        Array.IndexOf(Names, quirk) >= 0 || TryMaxTemperature(quirk, out _)
        || (quirk.Length > ReasoningFormat.Length && quirk.StartsWith(ReasoningFormat, StringComparison.Ordinal));

    /// <summary>The number behind <see cref="MaxTemperature"/>.</summary>
    public static bool TryMaxTemperature(string quirk, out double temperature)
    {
        temperature = 0;
        return quirk.StartsWith(MaxTemperature, StringComparison.Ordinal)
            && double.TryParse(
                quirk.AsSpan(MaxTemperature.Length),
                System.Globalization.NumberStyles.AllowDecimalPoint,
                System.Globalization.CultureInfo.InvariantCulture,
                out temperature);
    }
}
