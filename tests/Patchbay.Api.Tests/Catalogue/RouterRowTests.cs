using System.Text.Json;

namespace Patchbay.Api.Tests.Catalogue;

public sealed class RouterRowTests(CatalogueServer server) : IClassFixture<CatalogueServer>
{
    private static readonly string[] Rows =
    [
        "openrouter/auto", "openrouter/free", "openrouter/pareto-code", "openrouter/bodybuilder", "openrouter/fusion", "openrouter/fusion-flash",
    ];

    private async Task<JsonElement> ModelsAsync(string query = "") => (await server.GetAsync("/api/v1/models" + query)).Body.GetProperty("data");

    [Fact]
    public async Task Routers_are_rows_behind_the_models_and_fit_the_reference()
    {
        var models = await ModelsAsync();

        var last = models.EnumerateArray().TakeLast(Rows.Length).ToArray();
        Assert.Equal(Rows, last.Select(row => row.GetProperty("id").GetString()));
        var schema = new Schema(ReferenceDescription.Load());
        Assert.All(last, row =>
        {
            Assert.Empty(schema.Check("Model", row));
            Assert.Equal("Router", row.GetProperty("architecture").GetProperty("tokenizer").GetString());
        });
        Assert.Equal("-1", last[0].GetProperty("pricing").GetProperty("prompt").GetString());
        Assert.Equal("0", last[1].GetProperty("pricing").GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task A_router_is_found_by_name_and_has_no_endpoints_of_its_own()
    {
        var model = await server.GetAsync("/api/v1/model/openrouter/auto");
        var endpoints = await server.GetAsync("/api/v1/models/openrouter/auto/endpoints");

        Assert.Equal("openrouter/auto", model.Body.GetProperty("data").GetProperty("id").GetString());
        Assert.Empty(endpoints.Body.GetProperty("data").GetProperty("endpoints").EnumerateArray());
        Assert.Single((await ModelsAsync("?q=pareto")).EnumerateArray());
    }
}
