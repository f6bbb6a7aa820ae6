using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary>Reads one filter of a query for analytics.</summary>
internal static class AnalyticsFilter
{
    private const int MostValues = 200;
    private const int LongestValue = 500;

    /// <summary>The filter; null where its fault has been noted.</summary>
    public static UsageFilter? Read(JsonBody section)
    {
        var isField = AnalyticsNames.DimensionOf.TryGetValue(section.Name("field") ?? "", out var dimension);
        var isOperator = AnalyticsNames.OperatorOf.TryGetValue(section.Name("operator") ?? "", out var comparison);
        var isSet = comparison is UsageOperator.In or UsageOperator.NotIn;
        var texts = section.Values("value", isOperator && isSet, MostValues, LongestValue);
        var includeUnset = section.Flag("include_unset").Value;
        if (!isField)
        {
            section.Refuse("field", "must be a dimension. See GET /analytics/meta.");
        }
        else if (!isOperator)
        {
            section.Refuse("operator", "must be eq, neq, in, not_in, gt, gte, lt or lte.");
        }
        else if (comparison >= UsageOperator.Greater && !dimension!.IsText)
        {
            section.Refuse("operator", $"must be eq, neq, in or not_in for {dimension.Name}.");
        }
        else if (includeUnset && !isSet)
        {
            section.Refuse("include_unset", "applies to the operators in and not_in only.");
        }
        else if (texts is not null)
        {
            return Of(section, dimension!, comparison, texts, includeUnset);
        }

        return null;
    }

    private static UsageFilter? Of(
        JsonBody section, AnalyticsDimension dimension, UsageOperator comparison, List<string> texts, bool includeUnset)
    {
        var values = new List<object>(texts.Count);
        foreach (var text in texts)
        {
            if (ValueOf(dimension.Dimension, text) is { } value)
            {
                values.Add(value);
                continue;
            }

            section.Refuse("value", dimension.Dimension switch
            {
                UsageDimension.Key => "must be the hash of an API key: 64 hexadecimal digits.",
                UsageDimension.Workspace or UsageDimension.Member => "must be a UUID.",
                UsageDimension.Outcome => "must be completed, cancelled, failed or crashed.",
                _ => "must be true or false.",
            });
            return null;
        }

        return new UsageFilter(dimension.Dimension, comparison, values, includeUnset);
    }

    private static object? ValueOf(UsageDimension dimension, string text) => dimension switch
    {
        UsageDimension.Key => text.Length == 64 && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null,
        UsageDimension.Workspace or UsageDimension.Member => Guid.TryParseExact(text, "D", out var id) ? id : null,
        UsageDimension.Outcome => text switch
        {
            "completed" => (int)GenerationOutcome.Completed,
            "cancelled" => (int)GenerationOutcome.Cancelled,
            "failed" => (int)GenerationOutcome.Failed,
            "crashed" => (int)GenerationOutcome.Crashed,
            _ => null,
        },
        UsageDimension.IsByok or UsageDimension.Streamed => text switch { "true" => true, "false" => false, _ => null },
        _ => text,
    };
}
