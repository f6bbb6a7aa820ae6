using System.Globalization;
using System.Text;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Shows people one model.</summary>
internal static class ModelCard
{
    /// <summary>Who serves it, for how much, and who says so.</summary>
    public static string Write(Model model, SyncedCatalog synced, OperatorFile file)
    {
        var text = new StringBuilder();
        text.Append(model.Slug).Append("  ").Append(model.Name).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"  context {Number(model.ContextLength)}, longest answer {Number(model.MaxOutputTokens)}\n");
        text.Append("  takes   ").AppendJoin(", ", ModalityNames.Of(model.Input)).Append("; gives ")
            .AppendJoin(", ", ModalityNames.Of(model.Output)).Append('\n');
        text.Append("  parameters  ").AppendJoin(", ", ParameterNames.Of(model.Supported)).Append('\n');
        text.Append("Endpoints, dollars per million tokens\n");
        foreach (var endpoint in model.Endpoints)
        {
            text.Append("  ").Append(endpoint.Routable ? '*' : ' ').Append(' ').Append(endpoint.Tag.PadRight(22)).Append(' ');
            text.Append(endpoint.PriceKnown
                ? $"{ChangeTable.Price("price.prompt", endpoint.Prices.Prompt.ToString())} in, {ChangeTable.Price("price.completion", endpoint.Prices.Completion.ToString())} out"
                : "price unknown");
            text.Append(endpoint.Stage is { Length: > 0 } stage ? $", {stage}" : "").Append("  [").Append(Origin(endpoint, synced, file)).Append("]\n");
        }

        return text.Append("* can be called now\n").ToString();
    }

    private static string Origin(Catalog.Endpoint endpoint, SyncedCatalog synced, OperatorFile file)
    {
        if (file.Prices(endpoint.ModelSlug, endpoint.Provider.Slug))
        {
            return "patchbay.yaml";
        }

        var fact = synced.Facts.FirstOrDefault(fact => fact.Subject == endpoint.Id && fact.IsPrice);
        var waits = synced.Waiting.Any(change => change.Subject == endpoint.Id) ? "; a change waits" : "";
        return (fact is null ? "built in" : string.Create(CultureInfo.InvariantCulture, $"{fact.Source} {fact.Date:yyyy-MM-dd}")) + waits;
    }

    private static string Number(int? tokens) => tokens is { } number ? number.ToString("N0", CultureInfo.InvariantCulture) : "unknown";
}
