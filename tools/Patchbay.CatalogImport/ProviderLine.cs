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
        var apis = Apis(source, own);
        var wire = Facts.Text(source, "wire") ?? "unknown";
        var protocol = Facts.Text(own, "protocol") ?? wire;
        var address = Facts.Text(own, "base_url") ?? Facts.Text(source, "base_url");
        var auth = AuthOf(Facts.Text(source, "auth"));
        if (protocol != Facts.DefaultProtocol)
        {
            line["protocol"] = protocol;
        }

        if (protocol != wire && apis.ContainsKey(protocol))
        {
            // The other way round: what the source calls an alternative is the main one here.
            (address, apis[wire]) = (Facts.Text(apis, protocol), address);
            apis.Remove(protocol);
            if (Facts.Text(own, "auth") is { } mainAuth && mainAuth != auth)
            {
                line["api_auth"] = new JsonObject { [wire] = auth };
                auth = mainAuth;
            }
        }

        Facts.Copy(own, "api_auth", line, "api_auth");
        Facts.Add(line, "base_url", address);
        Facts.Copy(own, "settings", line, "settings");
        Facts.Add(line, "apis", apis);
        if (auth != "bearer")
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
        Facts.Copy(own["quirks"] is null ? source : own, "quirks", line, "quirks");
        Facts.Copy(own, "cancel_stops_billing", line, "cancel_stops_billing");
        return line;
    }

    /// <summary>The addresses of other protocols that the same provider speaks.</summary>
    private static JsonObject Apis(JsonObject source, JsonObject own)
    {
        var apis = new JsonObject();
        foreach (var api in (source["alternate_apis"] as JsonArray ?? []).Select(node => node!.AsObject()))
        {
            var wire = Facts.Text(api, "wire")!;
            var address = Facts.Text(api, "base_url")!;

            // Some write it without the version, which belongs to the path of every call.
            apis[wire] = wire == "anthropic" && !address.EndsWith("/v1", StringComparison.Ordinal) ? address + "/v1" : address;
        }

        foreach (var (wire, address) in own["apis"] as JsonObject ?? [])
        {
            apis[wire] = address!.DeepClone();
        }

        return apis;
    }

    /// <summary>The server's word for the source's. A scheme that the server has no word for is <c>unknown</c>, and the
    /// provider is then not called.</summary>
    private static string AuthOf(string? source) => source switch
    {
        null or "bearer" => "bearer",
        "x-api-key" or "api-key" or "x-goog-api-key" => source,
        "sigv4" => "aws-sigv4",
        "gcp-service-account" => "google",
        "authorization-raw" => "header:Authorization",
        _ when source.StartsWith("x-", StringComparison.Ordinal) || source.EndsWith("-api-key", StringComparison.Ordinal) =>
            "header:" + source,
        _ => "unknown",
    };
}
