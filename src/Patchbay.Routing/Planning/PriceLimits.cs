using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>A <see cref="PriceCeiling"/> in femto-dollars per unit, rounded down, which compares exactly with whole
/// prices.</summary>
internal readonly struct PriceLimits
{
    private const decimal FemtosPerDollar = 1_000_000_000_000_000m;
    private const decimal FemtosPerDollarAMillion = 1_000_000_000m;

    private readonly long _prompt;
    private readonly long _completion;
    private readonly long _request;
    private readonly long _image;
    private readonly long _audio;

    public PriceLimits(PriceCeiling ceiling)
    {
        _prompt = ToFemtos(ceiling.Prompt, FemtosPerDollarAMillion);
        _completion = ToFemtos(ceiling.Completion, FemtosPerDollarAMillion);
        _request = ToFemtos(ceiling.Request, FemtosPerDollar);
        _image = ToFemtos(ceiling.Image, FemtosPerDollar);
        _audio = ToFemtos(ceiling.Audio, FemtosPerDollar);
    }

    private PriceLimits(long prompt, long completion, long request, long image, long audio)
    {
        _prompt = prompt;
        _completion = completion;
        _request = request;
        _image = image;
        _audio = audio;
    }

    /// <summary>Limits that every price keeps.</summary>
    public static PriceLimits None { get; } = new(new PriceCeiling());

    /// <summary>The lower of both limits, part by part.</summary>
    public PriceLimits And(in PriceLimits other) => new(
        Math.Min(_prompt, other._prompt),
        Math.Min(_completion, other._completion),
        Math.Min(_request, other._request),
        Math.Min(_image, other._image),
        Math.Min(_audio, other._audio));

    public bool Allow(PriceList prices) =>
        prices.Prompt.Femtos <= _prompt
        && prices.Completion.Femtos <= _completion
        && (prices.Request?.Femtos ?? 0) <= _request
        && (prices.ImageInput?.Femtos ?? 0) <= _image
        && (prices.AudioInput?.Femtos ?? 0) <= _audio;

    private static long ToFemtos(decimal? dollars, decimal femtosPerDollar) => dollars switch
    {
        null => long.MaxValue,
        { } value when value >= long.MaxValue / femtosPerDollar => long.MaxValue,
        { } value => (long)decimal.Floor(value * femtosPerDollar),
    };
}
