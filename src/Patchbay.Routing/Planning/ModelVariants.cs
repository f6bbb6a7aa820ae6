using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>A model that the request names, with what the variants of its name ask for.</summary>
/// <param name="Model">The model.</param>
/// <param name="FreeOnly">Only endpoints without any price.</param>
/// <param name="Sort">The order that the name asks for; null for the default.</param>
/// <param name="Thinks">The name asks for reasoning (<c>:thinking</c>, and the model has no variant of its own).</param>
internal readonly record struct ResolvedModel(Model Model, bool FreeOnly, RouteSort? Sort, bool Thinks);

/// <summary>Finds the models that a request names. The whole name comes first; then known variants are taken off its end
/// one by one until the catalogue knows the rest. <c>:nitro</c> sorts by throughput, <c>:floor</c> by price, <c>:exacto</c>
/// by quality, of several the last; <c>:free</c> without a model of its own leaves only endpoints that cost nothing,
/// <c>:thinking</c> turns reasoning on; <c>:online</c> is the pipeline's, and <c>:extended</c> without a model of its own
/// stands for the model itself, whose longest context every endpoint states.</summary>
internal static class ModelVariants
{
    /// <summary>Fills <paramref name="found"/> with the known models in the request's order; returns their number.</summary>
    public static int Resolve(in RouteRequest request, Span<ResolvedModel> found)
    {
        var count = 0;
        for (var i = 0; i < request.Models.Count; i++)
        {
            if (TryResolve(request.Snapshot, request.Models[i], out var resolved))
            {
                found[count++] = resolved;
            }
        }

        return count;
    }

    public static bool TryResolve(CatalogSnapshot snapshot, string name, out ResolvedModel resolved)
    {
        if (snapshot.TryGetModel(name, out var model))
        {
            resolved = new ResolvedModel(model, FreeOnly: false, Sort: null, Thinks: false);
            return true;
        }

        resolved = default;
        var rest = name.AsSpan();
        var free = false;
        var thinks = false;
        RouteSort? sort = null;
        for (var colon = rest.LastIndexOf(':'); colon > 0; colon = rest.LastIndexOf(':'))
        {
            switch (rest[(colon + 1)..])
            {
                case "nitro":
                    sort ??= RouteSort.Throughput;
                    break;
                case "floor":
                    sort ??= RouteSort.Price;
                    break;
                case "exacto":
                    sort ??= RouteSort.Exacto;
                    break;
                case "free":
                    free = true;
                    break;
                case "thinking":
                    thinks = true;
                    break;
                case "online" or "extended":
                    break;
                default:
                    return false;
            }

            rest = rest[..colon];
            if (snapshot.TryGetModel(rest, out model))
            {
                resolved = new ResolvedModel(model, free, sort, thinks);
                return true;
            }
        }

        return false;
    }
}
