using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The filters, order and page that a request to <c>/models</c> asks for. An empty value is as if not given;
/// parameters that are not known are ignored.</summary>
internal sealed class ModelQuery
{
    private const int DefaultLimit = 500;
    private const int MaxLimit = 1000;

    private static readonly string[] Sorts =
        ["newest", "pricing-low-to-high", "pricing-high-to-low", "context-high-to-low"];

    private string? _words;
    private Parameters _parameters;
    private Modalities _input;
    private Modalities _output;
    private int _context;
    private Int128 _minFemtos;
    private Int128 _maxFemtos = Int128.MaxValue;
    private HashSet<string>? _authors;
    private HashSet<string>? _providers;
    private string _sort = "newest";

    /// <summary>Whether the caller asked for a page; else everything is listed.</summary>
    public bool IsPaged { get; private set; }

    public int Offset { get; private set; }

    public int Limit { get; private set; } = DefaultLimit;

    public static bool TryRead(
        IQueryCollection values,
        [NotNullWhen(true)] out ModelQuery? query,
        [NotNullWhen(false)] out GatewayError? error)
    {
        var read = new QueryReader(values);
        query = new ModelQuery
        {
            _words = read.Text("q"),
            _parameters = read.Set("supported_parameters", Parameters.None, ParameterNames.TryParse, (a, b) => a | b),
            _input = read.Set("input_modalities", Modalities.None, ModalityNames.TryParse, (a, b) => a | b),
            _output = Output(read),
            _context = read.Whole("context", 1, int.MaxValue) ?? 0,
            _minFemtos = read.PricePerMillion("min_price") ?? 0,
            _maxFemtos = read.PricePerMillion("max_price") ?? Int128.MaxValue,
            _authors = read.Names("model_authors"),
            _providers = read.Names("providers"),
            _sort = read.OneOf("sort", Sorts) ?? Sorts[0],
            IsPaged = read.Has("offset") || read.Has("limit"),
            Offset = read.Whole("offset", 0, int.MaxValue - MaxLimit) ?? 0,
            Limit = read.Whole("limit", 1, MaxLimit) ?? DefaultLimit,
        };
        error = read.Error;
        return error is null;
    }

    /// <summary>Reads only <c>output_modalities</c>.</summary>
    public static bool TryReadOutput(
        IQueryCollection values,
        [NotNullWhen(true)] out ModelQuery? query,
        [NotNullWhen(false)] out GatewayError? error)
    {
        var read = new QueryReader(values);
        query = new ModelQuery { _output = Output(read) };
        error = read.Error;
        return error is null;
    }

    public List<Model> Apply(IReadOnlyList<Model> models)
    {
        var matches = models.Where(Matches);
        return _sort switch
        {
            "pricing-low-to-high" => [.. matches.OrderBy(IsUnpriced).ThenBy(Price)],
            "pricing-high-to-low" => [.. matches.OrderBy(IsUnpriced).ThenByDescending(Price)],
            "context-high-to-low" => [.. matches.OrderByDescending(model => model.ContextLength ?? 0)],
            _ => [.. matches],
        };
    }

    private bool Matches(Model model) =>
        (_output == Modalities.None || (model.Output & _output) != 0)
        && (model.Input & _input) == _input
        && (_parameters == Parameters.None
            || model.Endpoints.Any(endpoint => (endpoint.Supported & _parameters) == _parameters))
        && (_context == 0 || model.ContextLength >= _context)
        && (_authors is null || _authors.Contains(model.Author))
        && (_providers is null || model.Endpoints.Any(endpoint =>
            _providers.Contains(endpoint.Provider.Slug) || _providers.Contains(endpoint.Provider.Name)))
        && PriceMatches(model)
        && (_words is null || WordsMatch(model));

    private bool WordsMatch(Model model)
    {
        foreach (var word in _words!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!model.Slug.Contains(word, StringComparison.OrdinalIgnoreCase)
                && !model.Name.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A price that is not known lies within no bounds.</summary>
    private bool PriceMatches(Model model) =>
        (_minFemtos == 0 && _maxFemtos == Int128.MaxValue)
        || (ModelView.Top(model) is { PriceKnown: true } top
            && top.Prices.Prompt.Femtos >= _minFemtos && top.Prices.Prompt.Femtos <= _maxFemtos);

    private static bool IsUnpriced(Model model) =>
        model.Kind == RouterRows.Kind ? !RouterRows.IsFree(model) : ModelView.Top(model) is not { PriceKnown: true };

    private static Int128 Price(Model model) =>
        ModelView.Top(model) is { } top ? (Int128)top.Prices.Prompt.Femtos + top.Prices.Completion.Femtos : 0;

    private static Modalities Output(QueryReader read) => read.Text("output_modalities") switch
    {
        null or "all" => Modalities.None,
        _ => read.Set("output_modalities", Modalities.None, ModalityNames.TryParse, (a, b) => a | b),
    };
}
