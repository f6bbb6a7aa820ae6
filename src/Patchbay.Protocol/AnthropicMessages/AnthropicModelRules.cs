using System.Globalization;

namespace Patchbay.Protocol;

/// <summary>How a Claude model lets itself be asked to think.</summary>
internal enum AnthropicThinking
{
    /// <summary>By a budget of tokens only.</summary>
    Budget,

    /// <summary>By a budget, or adaptively.</summary>
    Either,

    /// <summary>Adaptively only; without being asked it does not think.</summary>
    Adaptive,

    /// <summary>It thinks adaptively unless told not to.</summary>
    OnByDefault,

    /// <summary>It always thinks.</summary>
    Always,
}

/// <summary>What differs between Claude models, by the family and version in the model's id
/// (https://docs.claude.com/en/docs/build-with-claude/adaptive-thinking, …/effort, and the migration guides). A model that is
/// no Claude is asked as the oldest are.</summary>
internal readonly record struct AnthropicModelRules
{
    private const int Opus = 1;
    private const int Sonnet = 2;
    private const int Haiku = 3;
    private const int Named = 4;

    /// <summary>How it is asked to think.</summary>
    public AnthropicThinking Thinking { get; private init; }

    /// <summary>It knows <c>output_config.effort</c>.</summary>
    public bool HasEffort { get; private init; }

    /// <summary>It refuses temperature, top_p and top_k.</summary>
    public bool NoSampling { get; private init; }

    /// <summary>It refuses temperature and top_p together.</summary>
    public bool OneOfTemperatureAndTopP { get; private init; }

    /// <summary>It goes on with a last message of the assistant; later ones refuse such a message.</summary>
    public bool TakesPrefill { get; private init; }

    /// <summary>Reads the provider's id of a model: <c>claude-opus-4-6</c>, <c>claude-3-7-sonnet-20250219</c>,
    /// <c>anthropic.claude-opus-4-6-v1</c>.</summary>
    public static AnthropicModelRules For(string model)
    {
        var at = model.IndexOf("claude-", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return default;
        }

        var family = 0;
        var version = 0;
        var numbers = 0;
        var rest = model.AsSpan(at + "claude-".Length);
        foreach (var range in rest.SplitAny('-', '.', '@', ':'))
        {
            var word = rest[range];
            if (word.Length <= 2 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                version += ++numbers switch { 1 => number * 100, 2 => number, _ => 0 };
            }
            else if (numbers is 0 or 1 && family == 0)
            {
                family = word switch { "opus" => Opus, "sonnet" => Sonnet, "haiku" => Haiku, "fable" or "mythos" => Named, _ => 0 };
                numbers = numbers == 1 ? 2 : 0;
            }
            else
            {
                numbers = 2;
            }
        }

        var thinking = family == Named || version >= 505 ? AnthropicThinking.Always
            : version >= 500 ? AnthropicThinking.OnByDefault
            : version >= 407 ? AnthropicThinking.Adaptive
            : version >= 406 ? AnthropicThinking.Either
            : AnthropicThinking.Budget;
        return new AnthropicModelRules
        {
            Thinking = thinking,
            HasEffort = thinking != AnthropicThinking.Budget || (family == Opus && version >= 405),
            NoSampling = thinking >= AnthropicThinking.Adaptive,
            OneOfTemperatureAndTopP = version >= 401,
            TakesPrefill = version is > 0 and < 406 && family != Named,
        };
    }
}
