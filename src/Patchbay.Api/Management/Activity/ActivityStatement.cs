using Patchbay.Billing;
using Patchbay.Catalog;

namespace Patchbay.Api;

/// <summary>Activity as <c>GET /activity</c> tells it, for the command line.</summary>
public static class ActivityStatement
{
    internal static UsageDimension[] Dimensions { get; } =
        [UsageDimension.Model, UsageDimension.Endpoint, UsageDimension.Provider];

    /// <summary>The usage of an organization by day, the newest first, with model, endpoint and provider as keys.</summary>
    public static UsageQuery Query(Guid organizationId, DateTimeOffset from, DateTimeOffset to) => new()
    {
        OrganizationId = organizationId,
        From = from,
        To = to,
        Grain = UsageGrain.Day,
        Dimensions = Dimensions,
        Order = new UsageOrder(null, null, Descending: true),
    };

    /// <summary>The answer to that query in the columns of <c>GET /activity</c> as CSV.</summary>
    public static string WriteCsv(UsageReport report, CatalogSnapshot catalogue) => ActivityCsv.Write(ItemsOf(report, catalogue), byWorkspace: false);

    internal static List<ActivityItem> ItemsOf(UsageReport report, CatalogSnapshot? catalogue)
    {
        var items = new List<ActivityItem>(report.Rows.Count);
        foreach (var row in report.Rows)
        {
            var model = row.Keys[0].Value!;
            items.Add(ActivityItem.Of(row, catalogue?.TryGetModel(model, out var found) == true ? found.CanonicalSlug : model));
        }

        return items;
    }
}
