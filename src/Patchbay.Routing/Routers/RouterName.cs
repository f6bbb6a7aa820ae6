namespace Patchbay.Routing;

/// <summary>The ways in which a router chooses models.</summary>
public enum RouterKind
{
    /// <summary>By what the prompt is about: <c>openrouter/auto</c>.</summary>
    Auto,

    /// <summary>One of the free models: <c>openrouter/free</c>.</summary>
    Free,

    /// <summary>The cheapest model that codes well enough: <c>openrouter/pareto-code</c>.</summary>
    Pareto,

    /// <summary>Several: a panel answers, and one of them writes the answer (<c>openrouter/fusion</c>).</summary>
    Fusion,

    /// <summary>None: it makes requests of the models that the prompt names (<c>openrouter/bodybuilder</c>).</summary>
    BodyBuilder,
}

/// <summary>A name of a request's model that stands for a router. The names under <c>patchbay/</c> mean the same as those
/// under <c>openrouter/</c>.</summary>
/// <param name="Kind">What the router does.</param>
/// <param name="Slug">The name under <c>openrouter/</c>, without variants.</param>
/// <param name="Strategy">The word for it in <c>openrouter_metadata.strategy</c>.</param>
/// <param name="Plugin">The id of the plugin that holds its options; null when it has none.</param>
/// <param name="Variants">What followed the name, colons included; it is passed on to the chosen models.</param>
public readonly record struct RouterName(
    RouterKind Kind, string Slug, string Strategy, string? Plugin, string Variants)
{
    private static readonly RouterName[] All =
    [
        new(RouterKind.Auto, "openrouter/auto", "auto", "auto-router", ""),
        new(RouterKind.Auto, "openrouter/auto-beta", "auto", "auto-beta-router", ""),
        new(RouterKind.Free, "openrouter/free", "free", null, ""),
        new(RouterKind.Pareto, "openrouter/pareto-code", "pareto", "pareto-router", ""),
        new(RouterKind.Fusion, "openrouter/fusion", "fusion", "fusion", ""),
        new(RouterKind.Fusion, "openrouter/fusion-flash", "fusion", "fusion", ""),
        new(RouterKind.BodyBuilder, "openrouter/bodybuilder", "bodybuilder", null, ""),
    ];

    /// <summary>Reads a name, compared exactly. Makes no string unless it is a router's with variants.</summary>
    public static bool TryParse(string name, out RouterName router)
    {
        router = default;
        var own = name.StartsWith("openrouter/", StringComparison.Ordinal) ? "openrouter/".Length
            : name.StartsWith("patchbay/", StringComparison.Ordinal) ? "patchbay/".Length : 0;
        if (own == 0)
        {
            return false;
        }

        var rest = name.AsSpan(own);
        var colon = rest.IndexOf(':');
        var word = colon < 0 ? rest : rest[..colon];
        foreach (var known in All)
        {
            if (word.SequenceEqual(known.Slug.AsSpan("openrouter/".Length)))
            {
                router = colon < 0 ? known : known with { Variants = rest[colon..].ToString() };
                return true;
            }
        }

        return false;
    }
}
