using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>A line of providers.json.</summary>
internal static class ProviderLine
{
    public static JsonObject Of(JsonObject source, Corrections corrections)
    {
        var slug = Facts.Text(source, "slug")!;
        var own = corrections.Of(slug);
        var policy = source["data_policy"] as JsonObject ?? [];
        var line = new JsonObject { ["slug"] = slug, ["name"] = Facts.Text(own, "name") ?? Facts.Text(source, "name") };
        if (Facts.Text(source, "wire") is not "openai")
        {
            Facts.Add(line, "protocol", Facts.Text(source, "wire") ?? "unknown");
        }

        Facts.Copy(source, "base_url", line, "base_url");
        Facts.Copy(own, "settings", line, "settings");
        Facts.Add(line, "apis", Apis(source));
        if (Facts.Text(source, "auth") is { } auth and not "bearer")
        {
            line["auth"] = auth;
        }

        Facts.Add(line, "env", own["env"] is null
            ? source["api_key_env"] is { } key ? new JsonArray(key.DeepClone()) : null
            : own["env"]!.DeepClone());
        if (Facts.Text(source, "category") is { } category and not "host")
        {
            line["category"] = category;
        }

        Facts.Copy(source, "headquarters", line, "headquarters");
        Facts.Copy(source, "datacenters", line, "datacenters");
        Facts.Copy(source, "privacy_policy_url", line, "privacy");
        Facts.Copy(source, "terms_url", line, "terms");
        Facts.Copy(source, "status_page_url", line, "status");
        Facts.Copy(source, "docs_url", line, "docs");
        Facts.Copy(policy, "trains_on_prompts", line, "trains");
        Facts.Copy(policy, "retains_prompts", line, "retains");
        Facts.Copy(policy, "retention_days", line, "retention_days");
        Facts.Copy(policy, "zdr", line, "zdr");
        Facts.Copy(source, "quirks", line, "quirks");
        Facts.Copy(own, "cancel_stops_billing", line, "cancel_stops_billing");
        return line;
    }

    /// <summary>The addresses of other protocols that the same provider speaks.</summary>
    private static JsonObject Apis(JsonObject source)
    {
        var apis = new JsonObject();
        foreach (var api in (source["alternate_apis"] as JsonArray ?? []).Select(node => node!.AsObject()))
        {
            apis[Facts.Text(api, "wire")!] = Facts.Text(api, "base_url");
        }

        return apis;
    }
}
