using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What routing, limits and billing need to know of a chat request, and where its members lie in the body.
/// Filled by <see cref="ChatRequestReader"/>. Reusable: call <see cref="Reset"/> and pool it. Strings and lists stay
/// valid after a reset of the body's memory.</summary>
public sealed class RequestEnvelope
{
    /// <summary>The <c>model</c> member, or null when it is absent.</summary>
    public string? Model { get; internal set; }

    /// <summary>The models to try in order: <c>model</c>, then <c>models</c>, each once.</summary>
    public List<string> Models { get; } = [];

    /// <summary>The caller wants server-sent events.</summary>
    public bool Stream { get; internal set; }

    /// <summary>The larger of <c>max_tokens</c> and <c>max_completion_tokens</c>, at least 1; null without either.</summary>
    public long? MaxOutputTokens { get; internal set; }

    /// <summary>The number of answers wanted (<c>n</c>); at least 1.</summary>
    public int Choices { get; internal set; } = 1;

    /// <summary>The parameters that the request sets to something other than null.</summary>
    public Parameters Used { get; internal set; }

    /// <summary>The kinds of content in the messages.</summary>
    public Modalities Input { get; internal set; }

    /// <summary>The kinds of content that the caller wants back; text when it does not say.</summary>
    public Modalities Output { get; internal set; } = Modalities.Text;

    /// <summary>The request offers at least one tool.</summary>
    public bool WantsTools { get; internal set; }

    /// <summary>The answer must follow a JSON schema (<c>response_format.type</c> is <c>json_schema</c>).</summary>
    public bool WantsJsonSchema { get; internal set; }

    /// <summary>The <c>provider</c> object, or null when the request has none.</summary>
    public ProviderPreferences? Provider { get; internal set; }

    /// <summary>The caller's id of its end user.</summary>
    public string? User { get; internal set; }

    /// <summary><c>session_id</c>; at most 256 characters.</summary>
    public string? SessionId { get; internal set; }

    /// <summary>A hash of how the conversation begins: the text and media of its first system or developer message, where it
    /// stands first, and of its first other message. The same in every turn; 0 without messages.</summary>
    public ulong OpeningHash { get; internal set; }

    /// <summary><c>prompt_cache_key</c></summary>
    public string? PromptCacheKey { get; internal set; }

    /// <summary><c>service_tier</c></summary>
    public string? ServiceTier { get; internal set; }

    /// <summary><c>preset</c></summary>
    public string? Preset { get; internal set; }

    /// <summary>The request has a non-empty <c>plugins</c> list.</summary>
    public bool HasPlugins { get; internal set; }

    /// <summary>The request wants the plugin <c>web</c>, which searches before the model answers.</summary>
    public bool WantsWebPlugin { get; internal set; }

    /// <summary>The request has the plugin <c>fusion</c> or the tool <c>openrouter:fusion</c>.</summary>
    public bool NamesFusion { get; internal set; }

    /// <summary>The options of the plugin <c>auto-router</c>, or null when the request has none or switches it off.</summary>
    public AutoRouterPlugin? AutoRouter { get; internal set; }

    /// <summary>The options of the plugin <c>auto-beta-router</c>, likewise.</summary>
    public AutoRouterPlugin? AutoBetaRouter { get; internal set; }

    /// <summary>The options of the plugin <c>pareto-router</c>, likewise.</summary>
    public ParetoRouterPlugin? ParetoRouter { get; internal set; }

    /// <summary>The reasoning effort that the caller wants (<c>reasoning.effort</c> or <c>reasoning_effort</c>;
    /// <c>medium</c> for <c>reasoning.enabled</c>, <c>none</c> for its opposite), or null.</summary>
    public string? ReasoningEffort { get; internal set; }

    /// <summary><c>reasoning.max_tokens</c></summary>
    public long? ReasoningMaxTokens { get; internal set; }

    /// <summary>The caller does not want to see reasoning (<c>reasoning.exclude</c>, or <c>include_reasoning: false</c>).</summary>
    public bool ExcludeReasoning { get; internal set; }

    /// <summary>What it has that providers of the same dialect differ on.</summary>
    public ChatTraits Traits { get; internal set; }

    /// <summary>How many images the messages hold.</summary>
    public int ImageCount { get; internal set; }

    /// <summary>How many messages the request holds; 0 for a request with <c>prompt</c>.</summary>
    public int MessageCount { get; internal set; }

    /// <summary>The length of the body in bytes.</summary>
    public int BodyLength { get; internal set; }

    /// <summary>Bytes of the values of <c>messages</c>, <c>tools</c>, <c>prompt</c> and <c>response_format</c> as they
    /// stand in the body. A byte-level tokenizer makes at most one token of each byte, so that this bounds the tokens of
    /// the text from above. Inline media (<see cref="MediaBytes"/>) is included.</summary>
    public long PromptBytes { get; internal set; }

    /// <summary>The part of <see cref="PromptBytes"/> that is addresses or base64 data of images, audio, video and
    /// files, which is not text to the model.</summary>
    public long MediaBytes { get; internal set; }

    /// <summary>Where the known members lie in the body, in the body's order.</summary>
    internal ReadOnlySpan<RequestMark> Marks => _marks.AsSpan(0, _markCount);

    /// <summary>How many top-level members the body has.</summary>
    internal int MemberTotal { get; set; }

    /// <summary>The end of the last top-level value; of the opening brace when there is none.</summary>
    internal int LastEnd { get; set; }

    /// <summary>Where <c>"developer"</c> stands as a role.</summary>
    internal List<int> DeveloperRoles { get; } = [];

    /// <summary>The value of <c>stream_options.include_usage</c>; empty when it is absent.</summary>
    internal (int Start, int End) IncludeUsage { get; set; }

    /// <summary>The request has a <c>reasoning_effort</c> that is not null.</summary>
    internal bool HasEffortMember { get; set; }

    private readonly RequestMark[] _marks = new RequestMark[RequestMembers.Count];
    private int _markCount;

    internal ref RequestMark AddMark()
    {
        return ref _marks[_markCount++];
    }

    /// <summary>Takes the session of the request's header where the body names none.</summary>
    public void UseSession(string id) => SessionId ??= id;

    /// <summary>Makes the envelope ready for another body.</summary>
    public void Reset()
    {
        Model = null;
        Models.Clear();
        Stream = false;
        MaxOutputTokens = null;
        Choices = 1;
        Used = Parameters.None;
        Input = Modalities.None;
        Output = Modalities.Text;
        WantsTools = false;
        WantsJsonSchema = false;
        Provider = null;
        User = null;
        SessionId = null;
        OpeningHash = 0;
        PromptCacheKey = null;
        ServiceTier = null;
        Preset = null;
        HasPlugins = false;
        WantsWebPlugin = false;
        NamesFusion = false;
        AutoRouter = null;
        AutoBetaRouter = null;
        ParetoRouter = null;
        ReasoningEffort = null;
        ReasoningMaxTokens = null;
        ExcludeReasoning = false;
        Traits = ChatTraits.None;
        ImageCount = 0;
        MessageCount = 0;
        BodyLength = 0;
        PromptBytes = 0;
        MediaBytes = 0;
        MemberTotal = 0;
        LastEnd = 0;
        DeveloperRoles.Clear();
        IncludeUsage = default;
        HasEffortMember = false;
        _markCount = 0;
    }
}

/// <summary>Where one top-level member lies in a request's body.</summary>
internal struct RequestMark
{
    public RequestMember Member;

    /// <summary>How many members stand before it.</summary>
    public int Index;

    /// <summary>The end of the value before it, or of the opening brace.</summary>
    public int PreviousEnd;

    public int NameStart;

    public int ValueStart;

    public int ValueEnd;

    /// <summary>Where the next member's name begins; the end of the value when it is the last member.</summary>
    public int NextStart;
}
