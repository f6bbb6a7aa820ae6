using System.Collections.Immutable;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The rows of routers in the list of models: names that can be asked for like a model, without endpoints of their
/// own. What one of them costs depends on the model that it chooses.</summary>
internal static class RouterRows
{
    /// <summary>The kind of these rows.</summary>
    public const string Kind = "router";

    private static readonly (string Slug, string Name, string Description, bool Codes)[] Known =
    [
        ("openrouter/auto", "Auto Router",
            "Says what the prompt is about and sends it to the model whose published tests, price and success lately fit best.", false),
        ("openrouter/free", "Free Models Router",
            "Sends the request to one of the free models that can do what it needs, drawn anew each time.", false),
        ("openrouter/pareto-code", "Pareto Code Router",
            "Sends the request to the cheapest model that codes well enough.", true),
        ("openrouter/bodybuilder", "Body Builder",
            "Answers with requests, ready to be sent, to the models that the prompt names.", false),
        ("openrouter/fusion", "Fusion",
            "Asks a panel of models, has their answers compared, and writes one answer from all of it. Every part is charged.", false),
        ("openrouter/fusion-flash", "Fusion Flash",
            "Fusion with a panel of fast models.", false),
    ];

    /// <summary>The rows for a catalogue; none where it has no chat model to choose.</summary>
    public static ImmutableArray<Model> Of(CatalogSnapshot snapshot)
    {
        var input = Modalities.None;
        var supported = Parameters.None;
        int? context = null;
        foreach (var model in snapshot.Models)
        {
            if (model.Kind != "chat")
            {
                continue;
            }

            input |= model.Input;
            context = model.ContextLength > (context ?? 0) ? model.ContextLength : context;
            foreach (var endpoint in model.Endpoints)
            {
                supported |= endpoint.Supported;
            }
        }

        return input == Modalities.None
            ? []
            : [.. Known.Select(row => new Model
            {
                Slug = row.Slug,
                Name = row.Name,
                Author = row.Slug[..row.Slug.IndexOf('/', StringComparison.Ordinal)],
                CanonicalSlug = row.Slug,
                Description = row.Description,
                Kind = Kind,
                ContextLength = context,
                Input = row.Codes ? Modalities.Text : input,
                Tokenizer = "Router",
                Supported = supported,
            })];
    }

    /// <summary>Whether a row costs nothing, whatever is chosen.</summary>
    public static bool IsFree(Model row) => row.Slug is "openrouter/free" or "openrouter/bodybuilder";
}
