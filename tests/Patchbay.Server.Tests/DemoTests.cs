namespace Patchbay.Server.Tests;

public sealed class DemoTests
{
    [Fact]
    public void Its_catalogue_is_valid_and_every_part_of_it_is_labelled_as_simulated()
    {
        var catalog = DemoWorld.ReadCatalog("http://127.0.0.1:9101");

        Assert.Equal(8, catalog.Models.Length);
        Assert.Equal(6, catalog.Providers.Length);
        Assert.All(catalog.Providers, provider =>
        {
            Assert.True(provider.Simulated);
            Assert.EndsWith("(simulated)", provider.Name, StringComparison.Ordinal);
            Assert.True(provider.BaseUrl!.IsLoopback);
        });
        Assert.All(catalog.Models, model =>
        {
            Assert.StartsWith("demo/", model.Slug, StringComparison.Ordinal);
            Assert.InRange(model.Endpoints.Length, 1, 4);
            Assert.All(model.Endpoints, endpoint => Assert.True(endpoint.Routable));
        });
    }
}
