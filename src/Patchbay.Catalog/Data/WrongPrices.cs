using System.Text.Json;

namespace Patchbay.Catalog;

/// <summary>Prices of which it is known that public lists have them wrong. Only the provider itself can say better; whoever
/// knows it sets the price himself.</summary>
internal sealed class WrongPrices
{
    private readonly HashSet<(string Model, string Provider, string Fact)> _all;

    private WrongPrices(HashSet<(string Model, string Provider, string Fact)> all) => _all = all;

    public static WrongPrices None { get; } = new([]);

    /// <summary>Reads <c>Data/wrong_prices.json</c>.</summary>
    public static WrongPrices Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return new WrongPrices([.. document.RootElement.EnumerateArray().Select(entry => (
            entry.GetProperty("model").GetString()!,
            entry.GetProperty("provider").GetString()!,
            FactOf(entry.GetProperty("drop").GetString()!)))]);
    }

    /// <summary>Whether a list must not be believed when it states this fact.</summary>
    public bool Contains(string subject, string fact, string source) =>
        _all.Count > 0 && FactNames.IsPrice(fact) && !ListReading.IsOfProvider(source)
        && FactNames.ProviderOf(subject) is { } provider && _all.Contains((FactNames.ModelOf(subject), provider, fact));

    private static string FactOf(string kind) => kind == FactNames.Tiers ? kind : FactNames.PricePrefix + kind;
}
