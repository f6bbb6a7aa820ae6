using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses) below its
/// base address, at <c>responses</c>. Quirks: <c>no_developer_role</c>, <c>no_strict_tools</c>, and
/// <c>reasoning_format=NAME</c> where its encrypted reasoning is not OpenAI's.</summary>
public sealed class OpenAiResponsesProvider : Provider
{
    /// <summary>Reads the quirks once.</summary>
    public OpenAiResponsesProvider(ProviderDescriptor descriptor)
        : base(descriptor)
    {
        ChatUri = new Uri(descriptor.BaseUrl, "responses");
        var traits = new ResponsesTraits();
        for (var i = 0; i < descriptor.Quirks.Count; i++)
        {
            traits = descriptor.Quirks[i] switch
            {
                ProviderQuirks.NoDeveloperRole => traits with { DeveloperAsSystem = true },
                ProviderQuirks.NoStrictTools => traits with { WithoutStrict = true },
                var quirk when quirk.StartsWith(ProviderQuirks.ReasoningFormat, StringComparison.Ordinal) =>
                    traits with { ReasoningFormat = quirk[ProviderQuirks.ReasoningFormat.Length..] },
                _ => traits,
            };
        }

        Dialect = new OpenAiResponsesDialect(traits);
    }

    /// <inheritdoc/>
    public override Uri ChatUri { get; }

    /// <inheritdoc/>
    public override Dialect Dialect { get; }
}
