using System.Collections.Immutable;

namespace Patchbay.Identity;

/// <summary>Which endpoints a guardrail lets requests go to. Null says nothing. Equal by value.</summary>
public sealed record GuardrailPolicy
{
    /// <summary>A policy that says nothing.</summary>
    public static GuardrailPolicy None { get; } = new();

    /// <summary>Canonical slugs of the only models that may be used.</summary>
    public NameList? AllowedModels { get; init; }

    /// <summary>Canonical slugs of models that may not be used.</summary>
    public NameList? IgnoredModels { get; init; }

    /// <summary>Slugs of the only providers that may be used.</summary>
    public NameList? AllowedProviders { get; init; }

    /// <summary>Slugs of providers that may not be used.</summary>
    public NameList? IgnoredProviders { get; init; }

    /// <summary>Regions in which requests may be processed.</summary>
    public NameList? AllowedDataRegions { get; init; }

    /// <summary>Whether models of Anthropic need zero data retention.</summary>
    public bool? ZdrAnthropic { get; init; }

    /// <summary>The same of Google.</summary>
    public bool? ZdrGoogle { get; init; }

    /// <summary>The same of OpenAI.</summary>
    public bool? ZdrOpenAi { get; init; }

    /// <summary>The same of xAI.</summary>
    public bool? ZdrXai { get; init; }

    /// <summary>The same of everybody else.</summary>
    public bool? ZdrOther { get; init; }

    /// <summary>What was said of zero data retention for all, before it could be said apart.</summary>
    public bool? Zdr { get; init; }

    /// <summary>False: no endpoint with a price that may train on prompts.</summary>
    public bool? PaidTraining { get; init; }

    /// <summary>False: no free endpoint that may train on prompts.</summary>
    public bool? FreeTraining { get; init; }

    /// <summary>False: no free endpoint that may publish prompts.</summary>
    public bool? FreePublication { get; init; }
}

/// <summary>A list of names that is equal to another with the same names in the same order.</summary>
/// <param name="Names">The names.</param>
public sealed record NameList(ImmutableArray<string> Names)
{
    /// <inheritdoc/>
    public bool Equals(NameList? other) => other is not null && Names.SequenceEqual(other.Names);

    /// <inheritdoc/>
    public override int GetHashCode() => Names.Length == 0 ? 0 : HashCode.Combine(Names.Length, Names[0]);
}
