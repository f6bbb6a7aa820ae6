using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks OpenAI's chat protocol (https://platform.openai.com/docs/api-reference/chat), with the
/// deviations that its descriptor names.</summary>
public class OpenAiCompatibleProvider : Provider
{
    private readonly bool _developerAsSystem;
    private readonly bool _includeUsage;
    private readonly bool _maxTokensOnly;
    private readonly bool _maxCompletionTokensOnly;
    private readonly Parameters _rejected;

    /// <summary>Reads the quirks once.</summary>
    public OpenAiCompatibleProvider(ProviderDescriptor descriptor)
        : base(descriptor)
    {
        ChatUri = new Uri(descriptor.BaseUrl, "chat/completions");
        _developerAsSystem = Has("no_developer_role");
        _includeUsage = !Has("no_stream_options_usage");
        _maxTokensOnly = Has("max_tokens_field=max_tokens");
        _maxCompletionTokensOnly = Has("max_tokens_field=max_completion_tokens");
        _rejected = Has("no_tool_choice") ? Parameters.ToolChoice : Parameters.None;
        _rejected |= Has("no_reasoning_effort") ? Parameters.ReasoningEffort | Parameters.Reasoning : Parameters.None;
    }

    /// <inheritdoc/>
    public override Uri ChatUri { get; }

    /// <inheritdoc/>
    public override UpstreamRequestEdits EditChat(
        RequestEnvelope envelope, ReadOnlyMemory<byte> model, long? maxOutputTokens) => new()
        {
            Model = model,
            IncludeUsage = envelope.Stream && _includeUsage,
            MaxOutputTokens = maxOutputTokens,
            UseMaxTokensField = _maxTokensOnly,
            UseMaxCompletionTokensField = _maxCompletionTokensOnly,
            Drop = _rejected,
            DeveloperAsSystem = _developerAsSystem,
        };

    private bool Has(string quirk)
    {
        for (var i = 0; i < Descriptor.Quirks.Count; i++)
        {
            if (Descriptor.Quirks[i] == quirk)
            {
                return true;
            }
        }

        return false;
    }
}
