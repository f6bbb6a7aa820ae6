using System.Globalization;
using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>A line of endpoints.json.</summary>
internal static class EndpointLine
{
    /// <summary>The line of an endpoint.</summary>
    /// <param name="source">The endpoint.</param>
    /// <param name="model">Its model.</param>
    /// <param name="provider">Its provider.</param>
    /// <param name="corrections">What is known better.</param>
    public static JsonObject Of(JsonObject source, JsonObject model, JsonObject provider, Corrections corrections)
    {
        var line = new JsonObject();
        Facts.Copy(source, "model", line, "model");
        Facts.Copy(source, "provider", line, "provider");
        Facts.Add(line, "id", corrections.IdOf(Facts.Text(source, "provider"), Facts.Text(source, "provider_model_id")));
        Facts.Add(line, "protocol", Protocol(source, model, provider, corrections));
        var prices = Prices(source["pricing"] as JsonObject, Wrong);
        if (Facts.Text(model, "type") is "embedding" or "rerank" && prices.Count > 0)
        {
            // They write nothing, so the output has no price to know.
            prices["completion"] ??= "0";
        }

        foreach (var image in (source["image_prices"] as JsonArray ?? []).Select(node => node!.AsObject()))
        {
            var form = Facts.Text(image, "per_image") is null ? "pixel_output" : "image_output";
            var name = string.Join('/', new[] { form, Facts.Text(image, "quality"), Facts.Text(image, "size") }
                .Where(part => part is not null));
            prices[name] = Plain(Facts.Text(image, "per_image") ?? Facts.Text(image, "per_pixel")!);
        }

        Facts.Add(line, "prices", prices);
        if (!Wrong("tiers"))
        {
            Facts.Add(line, "tiers", new JsonArray([.. (source["tiers"] as JsonArray ?? []).Select(node => Tier(node!.AsObject()))]));
        }

        if (Facts.Text(source, "context_length") != Facts.Text(model, "context_length"))
        {
            Facts.Copy(source, "context_length", line, "context");
        }

        Facts.Copy(source, "max_output_tokens", line, "max_output");
        Facts.Copy(source, "quantization", line, "quantization");
        Facts.Copy(source, "region", line, "region");
        var parameters = Facts.List(source, "supported_parameters").Order(StringComparer.Ordinal).ToArray();
        if (!parameters.SequenceEqual(Facts.List(model, "supported_parameters").Order(StringComparer.Ordinal)))
        {
            Facts.Add(line, "parameters", parameters);
        }

        Facts.Copy(source, "status", line, "status");
        Facts.Copy(source, "deprecation_date", line, "ends");
        if (source["disputed"] is JsonObject
            || corrections.Concern(Facts.Text(source, "model"), Facts.Text(source, "provider")))
        {
            line["disputed"] = true;
        }

        return line;

        bool Wrong(string kind) => corrections.IsWrong(Facts.Text(source, "model"), Facts.Text(source, "provider"), kind);
    }

    /// <summary>The protocol where it is not the provider's main one. A provider whose main one is OpenAI's chat API serves
    /// its models there too when a source lists them under Anthropic's.</summary>
    private static string? Protocol(JsonObject source, JsonObject model, JsonObject provider, Corrections corrections)
    {
        var theirs = Facts.Text(provider, "wire");
        var main = Facts.Text(corrections.Of(Facts.Text(provider, "slug")!), "protocol") ?? theirs;
        var protocol = Facts.Text(source, "wire");
        if (protocol == "anthropic" && theirs == Facts.DefaultProtocol)
        {
            protocol = null;
        }

        if (protocol is null && main != theirs && Facts.Text(model, "type") is not (null or "chat" or "embedding")
            && (provider["alternate_apis"] as JsonArray ?? []).Any(api => Facts.Text(api!.AsObject(), "wire") == main))
        {
            // OpenAI's API in place of their own has chat and embeddings, and not the rest.
            protocol = theirs;
        }

        return protocol == main ? null : protocol;
    }

    private static JsonObject Tier(JsonObject source)
    {
        var tier = new JsonObject { ["above"] = source["min_prompt_tokens"]!.DeepClone() };
        foreach (var (kind, price) in Prices(source, kind => kind == "min_prompt_tokens").ToArray())
        {
            tier[kind] = price!.DeepClone();
        }

        return tier;
    }

    private static JsonObject Prices(JsonObject? source, Func<string, bool> skip)
    {
        var prices = new JsonObject();
        foreach (var (kind, price) in source ?? [])
        {
            if (!skip(kind))
            {
                prices[kind] = Plain(price!.ToString());
            }
        }

        return prices;
    }

    /// <summary>Digits without an exponent and without useless zeros.</summary>
    private static string Plain(string price) =>
        decimal.Parse(price, NumberStyles.Float, CultureInfo.InvariantCulture)
            .ToString("0.###############", CultureInfo.InvariantCulture);
}
