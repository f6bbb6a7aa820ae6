using System.Text.Json;

namespace Patchbay.Catalog;

/// <summary>What a list of models says, before anything is done with it. Immutable.</summary>
public sealed class ListReading
{
    private const string ProviderPrefix = "provider:";

    /// <summary>The list's name.</summary>
    public required string Source { get; init; }

    /// <summary>How many entries it has.</summary>
    public int Entries { get; internal init; }

    /// <summary>How many of them make no sense: no id, a negative price, a price that no token ever had.</summary>
    public int Bad { get; internal init; }

    /// <summary>Whether these are all entries; a list that says nothing of further pages is taken to be whole.</summary>
    public bool IsWhole { get; internal init; } = true;

    /// <summary>Where the next page is, as the list says it; null for nowhere.</summary>
    public string? Next { get; internal init; }

    internal IReadOnlyList<ListedModel> Models { get; init; } = [];

    internal IReadOnlyList<ListedEndpoint> Endpoints { get; init; } = [];

    /// <summary>Reads models.dev's <c>api.json</c>: providers, each with its models, prices in dollars per million tokens
    /// (the schema: https://github.com/anomalyco/models.dev/blob/dev/packages/core/src/schema.ts).</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static ListReading ModelsDev(string source, ReadOnlyMemory<byte> body) =>
        Read(body, root => ModelsDevReader.Read(source, root));

    /// <summary>Reads OpenRouter's list of models: facts of models; whom they are bought from it does not say
    /// (https://openrouter.ai/docs/api-reference/list-available-models).</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static ListReading OpenRouter(string source, ReadOnlyMemory<byte> body) =>
        Read(body, root => OpenRouterReader.Read(source, root));

    /// <summary>Reads a provider's own <c>/models</c>: which ids it serves, and prices and limits where it states them under
    /// OpenRouter's names (https://openrouter.ai/docs/guides/community/for-providers).</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static ListReading Provider(string source, string provider, ReadOnlyMemory<byte> body) =>
        Read(body, root => ProviderListReader.Read(source, provider, root));

    /// <summary>The name of a provider's own list.</summary>
    public static string NameOf(string provider) => ProviderPrefix + provider;

    /// <summary>Whether this is the name of a provider's own list.</summary>
    public static bool IsOfProvider(string source) => source.StartsWith(ProviderPrefix, StringComparison.Ordinal);

    /// <summary>The pages of one list as one.</summary>
    public static ListReading Join(IReadOnlyList<ListReading> pages) => pages.Count == 1 ? pages[0] : new ListReading
    {
        Source = pages[0].Source,
        Entries = pages.Sum(page => page.Entries),
        Bad = pages.Sum(page => page.Bad),
        IsWhole = pages.All(page => page.IsWhole),
        Next = pages[^1].Next,
        Models = [.. pages.SelectMany(page => page.Models)],
        Endpoints = [.. pages.SelectMany(page => page.Endpoints)],
    };

    private static ListReading Read(ReadOnlyMemory<byte> body, Func<JsonElement, ListReading> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            var start = body.Span.TrimStart(" \r\n\t\uFEFF"u8);
            throw new InvalidDataException(
                start.Length == 0 ? "the answer is empty."
                : start[0] == '<' ? "the answer is a web page, not JSON."
                : "the answer is not valid JSON, or was cut off.",
                exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidDataException("the answer is not a list of models.", exception);
        }
    }
}

/// <summary>A model as a list describes it.</summary>
/// <param name="Slug">Its slug there.</param>
/// <param name="Canonical">Its permanent slug there, if any.</param>
/// <param name="Facts">What is said of it.</param>
internal sealed record ListedModel(string Slug, string? Canonical, IReadOnlyDictionary<string, string> Facts);

/// <summary>A model at a provider as a list describes it.</summary>
/// <param name="Provider">The provider's slug in the catalogue, or the list's own name of it.</param>
/// <param name="Id">The provider's own id of the model.</param>
/// <param name="Facts">What is said of the endpoint.</param>
/// <param name="Model">What is said of the model itself, for one that is new.</param>
/// <param name="HuggingFace">The name of the weights, if said.</param>
/// <param name="IsOrdinary">Whether it is called as other models of the provider are.</param>
internal sealed record ListedEndpoint(
    string Provider,
    string Id,
    IReadOnlyDictionary<string, string> Facts,
    IReadOnlyDictionary<string, string>? Model = null,
    string? HuggingFace = null,
    bool IsOrdinary = true);
