using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks OpenAI's chat protocol (https://platform.openai.com/docs/api-reference/chat), with the
/// deviations that its descriptor names.</summary>
public class OpenAiCompatibleProvider : Provider
{
    // What a model can do without. Limits, tools and the form of the answer are not of these: a request that needs them goes
    // to endpoints that have them.
    private const Parameters Dispensable =
        Parameters.Temperature | Parameters.TopP | Parameters.TopK | Parameters.MinP | Parameters.TopA
        | Parameters.FrequencyPenalty | Parameters.PresencePenalty | Parameters.RepetitionPenalty | Parameters.LogitBias
        | Parameters.Logprobs | Parameters.TopLogprobs | Parameters.Prediction | Parameters.Seed
        | Parameters.ParallelToolCalls | Parameters.Verbosity;

    private const Parameters Thinking = Parameters.Reasoning | Parameters.ReasoningEffort;

    private readonly bool _developerAsSystem;
    private readonly bool _includeUsage;
    private readonly bool _maxTokensOnly;
    private readonly bool _maxCompletionTokensOnly;
    private readonly bool _dropStore;
    private readonly ReasoningSwitch _reasoning;
    private readonly double? _maxTemperature;
    private readonly Parameters _rejected;
    private readonly Prefill _prefill;

    /// <summary>Reads the quirks once.</summary>
    public OpenAiCompatibleProvider(ProviderDescriptor descriptor)
        : base(descriptor)
    {
        ChatUri = new Uri(descriptor.BaseUrl, "chat/completions");
        _developerAsSystem = Has(ProviderQuirks.NoDeveloperRole);
        _includeUsage = !Has(ProviderQuirks.NoStreamOptions);
        _maxTokensOnly = Has(ProviderQuirks.MaxTokensField);
        _maxCompletionTokensOnly = Has(ProviderQuirks.MaxCompletionTokensField);
        _dropStore = Has(ProviderQuirks.NoStore);
        _reasoning = SwitchOf(descriptor.Quirks);
        _rejected = UnknownTo(descriptor.Quirks);
        _prefill = Has(ProviderQuirks.PrefillMessage) ? Prefill.Message
            : Has(ProviderQuirks.PrefillPrefix) ? Prefill.Prefix
            : Has(ProviderQuirks.PrefillPartial) ? Prefill.Partial
            : Has(ProviderQuirks.PrefillContinue) ? Prefill.ContinueFinalMessage
            : Prefill.None;
        foreach (var quirk in descriptor.Quirks)
        {
            _maxTemperature = ProviderQuirks.TryMaxTemperature(quirk, out var most) ? most : _maxTemperature;
        }

        Form = Has(ProviderQuirks.SameSurface) ? ChatForm.Full : new ChatForm
        {
            CacheControl = Has(ProviderQuirks.CacheControl),
            Strict = !Has(ProviderQuirks.NoStrictTools),
            Reasoning = Has(ProviderQuirks.ReplaysReasoning) ? ReasoningReplay.Content : ReasoningReplay.None,
            OneSystemMessage = Has(ProviderQuirks.OneSystemMessage),
            NoNames = Has(ProviderQuirks.NoNames),
            NamedResults = Has(ProviderQuirks.NamedResults),
            AnswerAfterResults = Has(ProviderQuirks.AnswerAfterResults),
            ShortCallIds = Has(ProviderQuirks.ShortCallIds),
        };
    }

    /// <inheritdoc/>
    public override Uri ChatUri { get; }

    /// <inheritdoc/>
    public override ChatForm Form { get; }

    /// <inheritdoc/>
    public override Prefill PrefillFor(string model) => _prefill;

    /// <inheritdoc/>
    public override UpstreamRequestEdits EditChat(RequestEnvelope envelope, in DialectTarget target) => new()
    {
        Model = target.Model,
        IncludeUsage = envelope.Stream && _includeUsage,
        MaxOutputTokens = target.MaxOutputTokens,
        UseMaxTokensField = _maxTokensOnly,
        UseMaxCompletionTokensField = _maxCompletionTokensOnly,
        Drop = _rejected | Unsupported(envelope.Used, target.Supported),
        DropStore = _dropStore,
        DeveloperAsSystem = _developerAsSystem,
        MaxTemperature = _maxTemperature,
        Reasoning = _reasoning,
        Effort = _reasoning is ReasoningSwitch.Effort or ReasoningSwitch.ThinkingTypeAndEffort ? OtherEffort(envelope, target) : null,
    };

    private static Parameters Unsupported(Parameters used, Parameters supported)
    {
        var missing = used & ~supported;
        return (missing & Dispensable) | ((supported & Thinking) == 0 ? missing & Thinking : Parameters.None);
    }

    // Null where the caller's own word can stay.
    private static string? OtherEffort(RequestEnvelope envelope, in DialectTarget target)
    {
        var wanted = envelope.ReasoningEffort;
        if (wanted is null && envelope.ReasoningMaxTokens is { } budget)
        {
            wanted = ReasoningEfforts.OfBudget(budget, envelope.MaxOutputTokens ?? target.DefaultOutputTokens);
        }

        if (wanted is null)
        {
            return null;
        }

        var effort = ReasoningEfforts.Nearest(wanted, target.Efforts);
        return effort == envelope.ReasoningEffort ? null : effort;
    }

    /// <summary>The parameters that a provider with these quirks is never sent.</summary>
    internal static Parameters UnknownTo(IReadOnlyList<string> quirks) =>
        (Has(quirks, ProviderQuirks.NoToolChoice) ? Parameters.ToolChoice : Parameters.None)
        | (Has(quirks, ProviderQuirks.NoReasoningEffort) && SwitchOf(quirks) == ReasoningSwitch.Effort
            ? Thinking
            : Parameters.None);

    private static ReasoningSwitch SwitchOf(IReadOnlyList<string> quirks) =>
        Has(quirks, ProviderQuirks.SameSurface) ? ReasoningSwitch.ReasoningObject
        : Has(quirks, ProviderQuirks.ThinkingType) ? ReasoningSwitch.ThinkingType
        : Has(quirks, ProviderQuirks.ThinkingTypeAndEffort) ? ReasoningSwitch.ThinkingTypeAndEffort
        : Has(quirks, ProviderQuirks.EnableThinking) ? ReasoningSwitch.EnableThinking
        : ReasoningSwitch.Effort;

    private bool Has(string quirk) => Has(Descriptor.Quirks, quirk);

    private static bool Has(IReadOnlyList<string> quirks, string quirk)
    {
        for (var i = 0; i < quirks.Count; i++)
        {
            if (quirks[i] == quirk)
            {
                return true;
            }
        }

        return false;
    }
}
