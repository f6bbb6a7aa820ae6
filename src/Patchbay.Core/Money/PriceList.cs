namespace Patchbay.Core;

/// <summary>The prices of one endpoint. An unknown price is null and is never guessed: a unit without its own price is
/// charged by the rule that its member names. Immutable.</summary>
public sealed record PriceList
{
    /// <summary>An input token that was neither read from nor written to a prompt cache.</summary>
    public required UnitPrice Prompt { get; init; }

    /// <summary>An output token.</summary>
    public required UnitPrice Completion { get; init; }

    /// <summary>An input token read from a prompt cache; without it, <see cref="Prompt"/> applies.</summary>
    public UnitPrice? CacheRead { get; init; }

    /// <summary>An input token written to a 5-minute prompt cache; without it, <see cref="Prompt"/> applies.</summary>
    public UnitPrice? CacheWrite { get; init; }

    /// <summary>An input token written to a 1-hour prompt cache; without it, <see cref="CacheWrite"/> applies.</summary>
    public UnitPrice? CacheWrite1h { get; init; }

    /// <summary>A reasoning token; without it, <see cref="Completion"/> applies.</summary>
    public UnitPrice? Reasoning { get; init; }

    /// <summary>An audio input token; without it, <see cref="Prompt"/> applies.</summary>
    public UnitPrice? AudioInput { get; init; }

    /// <summary>An audio output token; without it, <see cref="Completion"/> applies.</summary>
    public UnitPrice? AudioOutput { get; init; }

    /// <summary>An input image; without it, images cost only their tokens.</summary>
    public UnitPrice? ImageInput { get; init; }

    /// <summary>An output image; without it, images cost only their tokens.</summary>
    public UnitPrice? ImageOutput { get; init; }

    /// <summary>One request, whatever its size.</summary>
    public UnitPrice? Request { get; init; }

    /// <summary>One web search that the provider ran.</summary>
    public UnitPrice? WebSearch { get; init; }

    /// <summary>Prices that replace the ones above for long prompts, ordered by threshold, lowest first.</summary>
    public IReadOnlyList<PriceTier> Tiers { get; init; } = [];

    /// <summary>A list where everything is free, as for a local model.</summary>
    public static PriceList Free { get; } = new() { Prompt = UnitPrice.Free, Completion = UnitPrice.Free };

    /// <summary>Whether nothing is charged for anything.</summary>
    public bool IsFree
    {
        get
        {
            for (var i = 0; i < Tiers.Count; i++)
            {
                if (!Tiers[i].Prices.IsFree)
                {
                    return false;
                }
            }

            return IsNothing(Prompt) && IsNothing(Completion) && IsNothing(CacheRead) && IsNothing(CacheWrite)
                && IsNothing(CacheWrite1h) && IsNothing(Reasoning) && IsNothing(AudioInput) && IsNothing(AudioOutput)
                && IsNothing(ImageInput) && IsNothing(ImageOutput) && IsNothing(Request) && IsNothing(WebSearch);

            static bool IsNothing(UnitPrice? price) => price is null or { Femtos: 0 };
        }
    }

    /// <summary>The list that applies to a prompt of this many tokens: the last tier whose threshold is below it.</summary>
    public PriceList ForPrompt(long promptTokens)
    {
        var result = this;
        for (var i = 0; i < Tiers.Count && promptTokens > Tiers[i].AbovePromptTokens; i++)
        {
            result = Tiers[i].Prices;
        }

        return result;
    }
}

/// <summary>Prices of a request whose whole prompt is longer than a threshold.</summary>
/// <param name="AbovePromptTokens">Applies when the prompt has more tokens than this.</param>
/// <param name="Prices">The complete list that then applies; its own tiers are ignored.</param>
public sealed record PriceTier(long AbovePromptTokens, PriceList Prices);
