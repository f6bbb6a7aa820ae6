namespace Patchbay.Server;

/// <summary>Shows observers how the catalogue's syncs go. A failed one is no reason to send a server no requests: it has the
/// last good facts.</summary>
internal sealed class CatalogSyncHealth(CatalogSource source, CatalogSettings settings)
{
    /// <summary>In a few words, for <c>/health/ready</c>.</summary>
    public string Summary
    {
        get
        {
            var synced = source.Synced;
            var failed = synced.Sources.Where(list => list.Problem is not null).Select(list => list.Name).ToArray();
            return failed.Length > 0 ? "last good facts in force; failed: " + string.Join(", ", failed)
                : synced.Waiting.Count > 0 ? "ok; prices wait for confirmation"
                : synced.Sources.Count > 0 ? "ok"
                : settings.Sync ? "not yet" : "off";
        }
    }

    /// <summary>As metrics.</summary>
    public void WriteTo(PrometheusText text)
    {
        const string Good = "patchbay_catalogue_sync_timestamp_seconds";
        const string Failing = "patchbay_catalogue_sync_failing";
        var synced = source.Synced;
        text.Begin(Good, "When a list of models was last read well, in Unix seconds.", MetricKind.Gauge);
        foreach (var list in synced.Sources.Where(list => list.GoodAt is not null))
        {
            text.Sample(Good, [new("source", list.Name)], list.GoodAt!.Value.ToUnixTimeSeconds());
        }

        text.Begin(Failing, "Whether a list of models could not be used when it was last asked.", MetricKind.Gauge);
        foreach (var list in synced.Sources)
        {
            text.Sample(Failing, [new("source", list.Name)], list.Problem is null ? 0 : 1);
        }

        text.Single("patchbay_catalogue_prices_waiting", "Price changes that wait for confirmation.", MetricKind.Gauge,
            synced.Waiting.Count(change => change.IsPrice));
    }
}
