using System.Net;
using Patchbay.Catalog;

namespace Patchbay.Api.Tests.Catalogue;

public sealed class ModelListCachingTests(CatalogueServer server) : IClassFixture<CatalogueServer>
{
    [Fact]
    public async Task An_unchanged_list_is_not_sent_again_and_a_changed_one_is()
    {
        using var first = await server.SendAsync("/api/v1/models");
        var tag = first.Headers.ETag!.ToString();

        using var same = await server.SendAsync("/api/v1/models", tag);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        server.Holder.Swap(CatalogueServer.Build(2));
        using var reloaded = await server.SendAsync("/api/v1/models", tag);
        Assert.Equal(HttpStatusCode.NotModified, reloaded.StatusCode);

        server.Holder.Swap(CatalogSnapshot.Empty);
        using var changed = await server.SendAsync("/api/v1/models", tag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("""{"data":[],"total_count":0,"links":{"next":null}}""",
            await changed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
