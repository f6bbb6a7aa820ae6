using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>GET /model/{author}/{slug}</c></summary>
internal sealed class GetModel(ModelListings listings, Func<HttpContext, GatewayError, Task> writeError)
{
    public Task AnswerAsync(HttpContext context)
    {
        var listing = listings.Current;
        if (!TryFind(context, listing.Snapshot, listing.Routers, out var model, out var error))
        {
            return writeError(context, error);
        }

        return CatalogueAnswer.WriteAsync(context, (byte[])[.. "{\"data\":"u8, .. listing.Of(model), (byte)'}']);
    }

    /// <summary>The model or router that the route names: by slug, canonical slug or alias, with or without a variant suffix.</summary>
    internal static bool TryFind(
        HttpContext context,
        CatalogSnapshot snapshot,
        ImmutableArray<Model> routers,
        [NotNullWhen(true)] out Model? model,
        [NotNullWhen(false)] out GatewayError? error)
    {
        var name = $"{context.GetRouteValue("author")}/{context.GetRouteValue("slug")}";
        var suffix = name.IndexOf(':', StringComparison.Ordinal);
        if (snapshot.TryGetModel(name, out model)
            || (suffix > 0 && snapshot.TryGetModel(name.AsSpan(0, suffix), out model))
            || (model = routers.FirstOrDefault(row => row.Slug == name)) is not null)
        {
            error = null;
            return true;
        }

        error = new GatewayError(GatewayErrorKind.NotFound, $"There is no model '{name}'.") { Parameter = "slug" };
        return false;
    }
}
