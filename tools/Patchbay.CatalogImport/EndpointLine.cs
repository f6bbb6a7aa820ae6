using System.Globalization;
using System.Text.Json.Nodes;

namespace Patchbay.CatalogImport;

/// <summary>A line of endpoints.json.</summary>
internal static class EndpointLine
{
    public static JsonObject Of(JsonObject source, JsonObject model, Corrections corrections)
    {
        var line = new JsonObject();
        Facts.Copy(source, "model", line, "model");
        Facts.Copy(source, "provider", line, "provider");
        Facts.Copy(source, "provider_model_id", line, "id");
        Facts.Copy(source, "wire", line, "protocol");
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
