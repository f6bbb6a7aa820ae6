namespace Patchbay.Core;

/// <summary>The request parameters that endpoints support or not, under the names of the public API
/// (<c>supported_parameters</c>). A set: members combine.</summary>
[Flags]
public enum Parameters : ulong
{
    /// <summary>No parameter.</summary>
    None = 0,

    /// <summary><c>temperature</c></summary>
    Temperature = 1UL << 0,

    /// <summary><c>top_p</c></summary>
    TopP = 1UL << 1,

    /// <summary><c>top_k</c></summary>
    TopK = 1UL << 2,

    /// <summary><c>min_p</c></summary>
    MinP = 1UL << 3,

    /// <summary><c>top_a</c></summary>
    TopA = 1UL << 4,

    /// <summary><c>frequency_penalty</c></summary>
    FrequencyPenalty = 1UL << 5,

    /// <summary><c>presence_penalty</c></summary>
    PresencePenalty = 1UL << 6,

    /// <summary><c>repetition_penalty</c></summary>
    RepetitionPenalty = 1UL << 7,

    /// <summary><c>max_tokens</c></summary>
    MaxTokens = 1UL << 8,

    /// <summary><c>max_completion_tokens</c></summary>
    MaxCompletionTokens = 1UL << 9,

    /// <summary><c>logit_bias</c></summary>
    LogitBias = 1UL << 10,

    /// <summary><c>logprobs</c></summary>
    Logprobs = 1UL << 11,

    /// <summary><c>top_logprobs</c></summary>
    TopLogprobs = 1UL << 12,

    /// <summary><c>prediction</c></summary>
    Prediction = 1UL << 13,

    /// <summary><c>seed</c></summary>
    Seed = 1UL << 14,

    /// <summary><c>response_format</c></summary>
    ResponseFormat = 1UL << 15,

    /// <summary><c>structured_outputs</c></summary>
    StructuredOutputs = 1UL << 16,

    /// <summary><c>stop</c></summary>
    Stop = 1UL << 17,

    /// <summary><c>tools</c></summary>
    Tools = 1UL << 18,

    /// <summary><c>tool_choice</c></summary>
    ToolChoice = 1UL << 19,

    /// <summary><c>parallel_tool_calls</c></summary>
    ParallelToolCalls = 1UL << 20,

    /// <summary><c>include_reasoning</c></summary>
    IncludeReasoning = 1UL << 21,

    /// <summary><c>reasoning</c></summary>
    Reasoning = 1UL << 22,

    /// <summary><c>reasoning_effort</c></summary>
    ReasoningEffort = 1UL << 23,

    /// <summary><c>web_search_options</c></summary>
    WebSearchOptions = 1UL << 24,

    /// <summary><c>verbosity</c></summary>
    Verbosity = 1UL << 25,
}

/// <summary>The public names of <see cref="Parameters"/>.</summary>
public static class ParameterNames
{
    private static readonly string[] Names =
    [
        "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty",
        "repetition_penalty", "max_tokens", "max_completion_tokens", "logit_bias", "logprobs", "top_logprobs",
        "prediction", "seed", "response_format", "structured_outputs", "stop", "tools", "tool_choice",
        "parallel_tool_calls", "include_reasoning", "reasoning", "reasoning_effort", "web_search_options", "verbosity",
    ];

    /// <summary>The one parameter of this name. False for a name that is not in the public list.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out Parameters parameter)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (name.SequenceEqual(Names[i]))
            {
                parameter = (Parameters)(1UL << i);
                return true;
            }
        }

        parameter = Parameters.None;
        return false;
    }

    /// <summary>The names of all members of the set, in the order of the public list.</summary>
    public static IReadOnlyList<string> Of(Parameters set)
    {
        var result = new List<string>();
        for (var i = 0; i < Names.Length; i++)
        {
            if (((ulong)set & (1UL << i)) != 0)
            {
                result.Add(Names[i]);
            }
        }

        return result;
    }
}
