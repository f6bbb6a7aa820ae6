using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What the value of a top-level member must be.</summary>
internal enum MemberShape : byte
{
    Number,
    Integer,
    Boolean,
    String,
    Object,
    Special,
}

/// <summary>The documented top-level members of a chat request.</summary>
internal enum RequestMember : byte
{
    Model,
    Models,
    Messages,
    Prompt,
    Route,
    Provider,
    Plugins,
    Preset,
    Stream,
    StreamOptions,
    UsageOptions,
    Temperature,
    TopP,
    TopK,
    MinP,
    TopA,
    FrequencyPenalty,
    PresencePenalty,
    RepetitionPenalty,
    Seed,
    N,
    MaxTokens,
    MaxCompletionTokens,
    LogitBias,
    Logprobs,
    TopLogprobs,
    Stop,
    ResponseFormat,
    StructuredOutputs,
    Tools,
    ToolChoice,
    ParallelToolCalls,
    MaxToolCalls,
    StopServerToolsWhen,
    Reasoning,
    ReasoningEffort,
    IncludeReasoning,
    Verbosity,
    Prediction,
    Modalities,
    ImageConfig,
    Audio,
    ServiceTier,
    CacheControl,
    PromptCacheKey,
    PromptCacheOptions,
    SessionId,
    Trace,
    User,
    Metadata,
    Debug,
    WebSearchOptions,
    XSearchFilter,
    Transforms,
    Store,
    Unknown,
}

/// <summary>One row of the table of top-level members.</summary>
/// <param name="Member">The member.</param>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Shape">What its value must be.</param>
/// <param name="Parameter">The parameter that it sets, where it is one that providers support or not.</param>
/// <param name="Min">The least number, or the least length of a string.</param>
/// <param name="Max">The greatest number, or the greatest length of a string.</param>
/// <param name="GatewayOnly">It is meant for the gateway and never sent to a provider.</param>
internal sealed record RequestMemberRule(
    RequestMember Member,
    string Name,
    MemberShape Shape,
    Parameters Parameter = Parameters.None,
    double Min = 0,
    double Max = 0,
    bool GatewayOnly = false);

/// <summary>The table of top-level members: types and ranges as the public API documents them
/// (https://openrouter.ai/docs/api-reference/parameters).</summary>
internal static class RequestMembers
{
    private const double Any = 9_007_199_254_740_992;

    private static readonly RequestMemberRule[] Rules =
    [
        new(RequestMember.Model, "model", MemberShape.String, Min: 1, Max: 1024),
        new(RequestMember.Models, "models", MemberShape.Special, GatewayOnly: true),
        new(RequestMember.Messages, "messages", MemberShape.Special),
        new(RequestMember.Prompt, "prompt", MemberShape.String, Max: Any),
        new(RequestMember.Route, "route", MemberShape.Special, GatewayOnly: true),
        new(RequestMember.Provider, "provider", MemberShape.Special, GatewayOnly: true),
        new(RequestMember.Plugins, "plugins", MemberShape.Special, GatewayOnly: true),
        new(RequestMember.Preset, "preset", MemberShape.String, Min: 1, Max: 1024, GatewayOnly: true),
        new(RequestMember.Stream, "stream", MemberShape.Boolean),
        new(RequestMember.StreamOptions, "stream_options", MemberShape.Special),
        new(RequestMember.UsageOptions, "usage", MemberShape.Object, GatewayOnly: true),
        new(RequestMember.Temperature, "temperature", MemberShape.Number, Parameters.Temperature, 0, 2),
        new(RequestMember.TopP, "top_p", MemberShape.Number, Parameters.TopP, 0, 1),
        new(RequestMember.TopK, "top_k", MemberShape.Integer, Parameters.TopK, 0, Any),
        new(RequestMember.MinP, "min_p", MemberShape.Number, Parameters.MinP, 0, 1),
        new(RequestMember.TopA, "top_a", MemberShape.Number, Parameters.TopA, 0, 1),
        new(RequestMember.FrequencyPenalty, "frequency_penalty", MemberShape.Number, Parameters.FrequencyPenalty, -2, 2),
        new(RequestMember.PresencePenalty, "presence_penalty", MemberShape.Number, Parameters.PresencePenalty, -2, 2),
        new(RequestMember.RepetitionPenalty, "repetition_penalty", MemberShape.Number, Parameters.RepetitionPenalty, 0, 2),
        new(RequestMember.Seed, "seed", MemberShape.Integer, Parameters.Seed, long.MinValue, long.MaxValue),
        new(RequestMember.N, "n", MemberShape.Integer, Parameters.None, 1, 128),
        new(RequestMember.MaxTokens, "max_tokens", MemberShape.Integer, Parameters.MaxTokens, 1, Any),
        new(RequestMember.MaxCompletionTokens, "max_completion_tokens", MemberShape.Integer,
            Parameters.MaxCompletionTokens, 1, Any),
        new(RequestMember.LogitBias, "logit_bias", MemberShape.Special, Parameters.LogitBias),
        new(RequestMember.Logprobs, "logprobs", MemberShape.Boolean, Parameters.Logprobs),
        new(RequestMember.TopLogprobs, "top_logprobs", MemberShape.Integer, Parameters.TopLogprobs, 0, 20),
        new(RequestMember.Stop, "stop", MemberShape.Special, Parameters.Stop),
        new(RequestMember.ResponseFormat, "response_format", MemberShape.Special, Parameters.ResponseFormat),
        new(RequestMember.StructuredOutputs, "structured_outputs", MemberShape.Boolean, Parameters.StructuredOutputs),
        new(RequestMember.Tools, "tools", MemberShape.Special, Parameters.Tools),
        new(RequestMember.ToolChoice, "tool_choice", MemberShape.Special, Parameters.ToolChoice),
        new(RequestMember.ParallelToolCalls, "parallel_tool_calls", MemberShape.Boolean, Parameters.ParallelToolCalls),
        new(RequestMember.MaxToolCalls, "max_tool_calls", MemberShape.Integer, Parameters.None, 1, 30, GatewayOnly: true),
        new(RequestMember.StopServerToolsWhen, "stop_server_tools_when", MemberShape.Special, GatewayOnly: true),
        new(RequestMember.Reasoning, "reasoning", MemberShape.Special, Parameters.Reasoning),
        new(RequestMember.ReasoningEffort, "reasoning_effort", MemberShape.Special, Parameters.ReasoningEffort),
        new(RequestMember.IncludeReasoning, "include_reasoning", MemberShape.Boolean, Parameters.IncludeReasoning),
        new(RequestMember.Verbosity, "verbosity", MemberShape.Special, Parameters.Verbosity),
        new(RequestMember.Prediction, "prediction", MemberShape.Object, Parameters.Prediction),
        new(RequestMember.Modalities, "modalities", MemberShape.Special),
        new(RequestMember.ImageConfig, "image_config", MemberShape.Object),
        new(RequestMember.Audio, "audio", MemberShape.Object),
        new(RequestMember.ServiceTier, "service_tier", MemberShape.String, Min: 1, Max: 64),
        new(RequestMember.CacheControl, "cache_control", MemberShape.Object, GatewayOnly: true),
        new(RequestMember.PromptCacheKey, "prompt_cache_key", MemberShape.String, Max: Any),
        new(RequestMember.PromptCacheOptions, "prompt_cache_options", MemberShape.Object),
        new(RequestMember.SessionId, "session_id", MemberShape.String, Max: 256, GatewayOnly: true),
        new(RequestMember.Trace, "trace", MemberShape.Object, GatewayOnly: true),
        new(RequestMember.User, "user", MemberShape.String, Max: Any),
        new(RequestMember.Metadata, "metadata", MemberShape.Special),
        new(RequestMember.Debug, "debug", MemberShape.Object, GatewayOnly: true),
        new(RequestMember.WebSearchOptions, "web_search_options", MemberShape.Object, Parameters.WebSearchOptions),
        new(RequestMember.XSearchFilter, "x_search_filter", MemberShape.Object),
        new(RequestMember.Transforms, "transforms", MemberShape.Special, GatewayOnly: true),
        new(RequestMember.Store, "store", MemberShape.Boolean),
    ];

    private static readonly (byte[] Name, RequestMember Member)[][] ByLength = Bucket();

    /// <summary>How many members are known; an envelope has room for a note on each.</summary>
    public static int Count => Rules.Length;

    public static RequestMemberRule Rule(RequestMember member) => Rules[(int)member];

    public static RequestMember Find(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (ref readonly var entry in ByLength[name.Length].AsSpan())
            {
                if (name.SequenceEqual(entry.Name))
                {
                    return entry.Member;
                }
            }
        }

        return RequestMember.Unknown;
    }

    private static (byte[] Name, RequestMember Member)[][] Bucket()
    {
        var longest = 0;
        foreach (var rule in Rules)
        {
            longest = Math.Max(longest, rule.Name.Length);
        }

        var buckets = new (byte[], RequestMember)[longest + 1][];
        Array.Fill(buckets, []);
        foreach (var rule in Rules)
        {
            ref var bucket = ref buckets[rule.Name.Length];
            Array.Resize(ref bucket, bucket.Length + 1);
            bucket[^1] = (Encoding.ASCII.GetBytes(rule.Name), rule.Member);
        }

        return buckets;
    }
}
