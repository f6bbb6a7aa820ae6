using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>What an operator has decided of an endpoint, or of a model and so of all its endpoints. It stands over what was
/// synced and what is built in, and under <c>patchbay.yaml</c>. Immutable.</summary>
public sealed record CatalogOverride
{
    private const string DisabledFact = "disabled";

    /// <summary>What it is about: a model's slug, or <see cref="Endpoint.Id"/>, which is
    /// <c>tag|model slug|provider model id</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The whole price: a part that it does not name is charged as if nobody had stated it. Null where the price is
    /// not overridden.</summary>
    public PriceList? Prices { get; init; }

    /// <summary>Longest prompt and output together, in tokens; null where it is not overridden.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Longest output in tokens; null where it is not overridden.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Whether it is taken out of the catalogue.</summary>
    public bool Disabled { get; init; }

    /// <summary>Why, in the author's words; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Who set it: the label of a management key, or <c>master key</c>.</summary>
    public required string Author { get; init; }

    /// <summary>When it was set.</summary>
    public required DateTimeOffset SetAt { get; init; }

    /// <summary>The slug of the model that it concerns.</summary>
    public string Model => FactNames.ModelOf(Subject);

    /// <summary>The slug of the provider that it concerns; null for all of a model's.</summary>
    public string? Provider => FactNames.ProviderOf(Subject);

    /// <summary>What it says, as one JSON object of texts, for storing.</summary>
    public string WriteFacts()
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Prices is { } prices)
        {
            PriceFacts.Read(new EndpointPrices(prices, true, []), (fact, value) => facts[fact] = value);
        }

        ListValues.Add(facts, FactNames.Context, RecordFacts.Text(ContextLength));
        ListValues.Add(facts, FactNames.MaxOutput, RecordFacts.Text(MaxOutputTokens));
        ListValues.Add(facts, DisabledFact, Disabled ? "true" : null);
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (var (fact, value) in facts)
            {
                json.WriteString(fact, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }

    /// <summary>Reads what <see cref="WriteFacts"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is not of this form.</exception>
    public static CatalogOverride Parse(string subject, string facts, string? note, string author, DateTimeOffset setAt)
    {
        try
        {
            using var document = JsonDocument.Parse(facts);
            var known = document.RootElement.EnumerateObject()
                .ToDictionary(fact => fact.Name, fact => fact.Value.GetString()!, StringComparer.Ordinal);
            return new CatalogOverride
            {
                Subject = subject,
                Prices = known.Keys.Any(FactNames.IsPrice) ? PriceFacts.Over(EndpointPrices.Unknown, known).List : null,
                ContextLength = Count(known, FactNames.Context),
                MaxOutputTokens = Count(known, FactNames.MaxOutput),
                Disabled = known.GetValueOrDefault(DisabledFact) == "true",
                Note = note,
                Author = author,
                SetAt = setAt,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"The override of {subject} cannot be read: {exception.Message}", exception);
        }
    }

    private static int? Count(Dictionary<string, string> facts, string fact) =>
        facts.TryGetValue(fact, out var value) ? int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) : null;
}
