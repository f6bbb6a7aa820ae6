using System.Globalization;
using System.Text.Json.Serialization;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A model, as the API shows it. The top provider is the cheapest that can be called now, else the cheapest.</summary>
internal sealed record ModelView
{
    public required string Id { get; init; }
    public required string CanonicalSlug { get; init; }
    public string? HuggingFaceId { get; init; }
    public required string Name { get; init; }
    public required long Created { get; init; }
    public required string Description { get; init; }
    public int? ContextLength { get; init; }
    public required ArchitectureView Architecture { get; init; }
    public required PricingView Pricing { get; init; }
    public required TopProviderView TopProvider { get; init; }
    public IReadOnlyDictionary<string, int>? PerRequestLimits { get; init; }
    public required IReadOnlyList<string> SupportedParameters { get; init; }
    public IReadOnlyDictionary<string, int>? DefaultParameters { get; init; }
    public IReadOnlyList<string>? SupportedVoices { get; init; }
    public string? KnowledgeCutoff { get; init; }
    public string? ExpirationDate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReasoningView? Reasoning { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AliasTargetView? AliasTarget { get; init; }
    public required LinksView Links { get; init; }

    public static ModelView Of(Model model)
    {
        var top = Top(model);
        var supported = model.Kind == RouterRows.Kind ? model.Supported : Parameters.None;
        var context = model.ContextLength;
        foreach (var endpoint in model.Endpoints)
        {
            supported |= endpoint.Supported;
            context ??= endpoint.ContextLength;
        }

        return new ModelView
        {
            Id = model.Slug,
            CanonicalSlug = model.CanonicalSlug,
            HuggingFaceId = model.HuggingFaceId,
            Name = model.Name,
            Created = model.Created,
            Description = model.Description ?? "",
            ContextLength = context,
            Architecture = ArchitectureView.Of(model.Input, model.Output, model),
            Pricing = top is not null ? PricingView.Of(top)
                : model.Kind == RouterRows.Kind && !RouterRows.IsFree(model) ? PricingView.Varying
                : PricingView.Of(PriceList.Free),
            TopProvider = new TopProviderView(
                top?.ContextLength ?? context, top?.MaxOutputTokens ?? model.MaxOutputTokens, model.IsModerated),
            SupportedParameters = ParameterNames.Of(supported),
            KnowledgeCutoff = WholeDate(model.KnowledgeCutoff),
            ExpirationDate = model.ExpirationDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Reasoning = model.Reasoning is true ? new ReasoningView(false, model.ReasoningEfforts) : null,
            AliasTarget = model.AliasTarget is { } target ? new AliasTargetView(target.Slug, target.Name) : null,
            Links = new LinksView($"/api/v1/models/{model.Slug}/endpoints"),
        };
    }

    /// <summary>The endpoint whose price and limits stand for the model.</summary>
    internal static Endpoint? Top(Model model) =>
        model.Endpoints.FirstOrDefault(endpoint => endpoint is { Routable: true, ServiceTier: ServiceTier.Default })
        ?? model.Endpoints.FirstOrDefault(endpoint => endpoint.ServiceTier == ServiceTier.Default)
        ?? model.Endpoints.FirstOrDefault();

    /// <summary>Where only the month is known, its last day.</summary>
    private static string? WholeDate(string? date) =>
        date is { Length: 7 }
        && DateOnly.TryParseExact(date + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day.AddMonths(1).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : date;
}

internal sealed record TopProviderView(int? ContextLength, int? MaxCompletionTokens, bool IsModerated);

/// <summary>The model behind a name that moves with time.</summary>
internal sealed record AliasTargetView(string Slug, string Name);

internal sealed record LinksView(string Details);

/// <summary>How a model reasons. No source says that a model must reason, so <c>mandatory</c> is false.</summary>
internal sealed record ReasoningView(bool Mandatory, IReadOnlyList<string>? SupportedEfforts);
