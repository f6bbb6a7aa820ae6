namespace Patchbay.Catalog;

/// <summary>Puts an operator's decisions over facts. What is said of an endpoint wins over what is said of its model; a
/// decision about what does not exist any more has no effect.</summary>
internal static class OverrideLayer
{
    public static CatalogData Over(CatalogData data, IReadOnlyList<CatalogOverride> overrides)
    {
        if (overrides.Count == 0)
        {
            return data;
        }

        var bySubject = overrides.ToDictionary(one => one.Subject, StringComparer.Ordinal);
        var endpoints = new List<EndpointRecord>(data.Endpoints.Length);
        foreach (var endpoint in data.Endpoints)
        {
            var ofModel = bySubject.GetValueOrDefault(endpoint.Model);
            var own = bySubject.GetValueOrDefault(RecordFacts.SubjectOf(endpoint));
            if (ofModel is { Disabled: true } || own is { Disabled: true })
            {
                continue;
            }

            endpoints.Add(ofModel is null && own is null ? endpoint : Written(endpoint, ofModel, own));
        }

        return data.Layered(
            [.. data.Models.Select(model => bySubject.TryGetValue(model.Slug, out var one) ? Written(model, one) : model)],
            [.. endpoints]);
    }

    private static ModelRecord Written(ModelRecord model, CatalogOverride one)
    {
        var copy = model.Copy();
        copy.Context = one.ContextLength ?? copy.Context;
        copy.MaxOutput = one.MaxOutputTokens ?? copy.MaxOutput;
        return copy;
    }

    private static EndpointRecord Written(EndpointRecord endpoint, CatalogOverride? ofModel, CatalogOverride? own)
    {
        var copy = endpoint.Copy();
        copy.Context = own?.ContextLength ?? ofModel?.ContextLength ?? copy.Context;
        copy.MaxOutput = own?.MaxOutputTokens ?? ofModel?.MaxOutputTokens ?? copy.MaxOutput;
        if ((own?.Prices ?? ofModel?.Prices) is { } prices)
        {
            copy.Prices = new EndpointPrices(prices, true, copy.Prices.Others);
            copy.Disputed = false;
        }

        return copy;
    }
}
