using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Patchbay.Api;
using Patchbay.Catalog;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

/// <summary>The API's description against the API of a server that sells credits: others have fewer routes.</summary>
[Collection<PaymentCollection>]
public sealed class DescriptionTests(PaymentWorld world)
{
    // Served for old programs; the description names the path of today.
    private static readonly string[] Aliases = ["GET /auth/key"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_that_is_described_is_served_under_both_prefixes()
    {
        using var client = new ApiClient(world.World.Server.Address, null);
        foreach (var (method, path, atRoot) in await DescribedAsync())
        {
            var address = path.Replace("{author}", "a", StringComparison.Ordinal).Replace("{slug}", "b", StringComparison.Ordinal)
                .Replace("{hash}", "c", StringComparison.Ordinal);
            foreach (var prefix in atRoot ? (string[])[""] : ["/api/v1", "/v1"])
            {
                var response = await client.SendAsync(new HttpMethod(method), prefix + address, null, Token);

                Assert.NotEqual(405, response.Status);
                Assert.DoesNotContain("no such route", response.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("<html", response.Body, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task Every_route_is_described()
    {
        var described = (await DescribedAsync()).Select(o => $"{o.Method} {o.Path}").ToHashSet(StringComparer.Ordinal);

        var routes = Routes();

        Assert.Equal([], routes.Except(described).Except(Aliases));
        Assert.Contains("POST /chat/completions", routes);
    }

    [Fact]
    public async Task Every_reference_inside_the_description_leads_somewhere_and_every_operation_has_a_name_and_answers()
    {
        var root = await ReadAsync();

        Assert.StartsWith("3.", root.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        foreach (var reference in References(root))
        {
            Assert.StartsWith("#/", reference, StringComparison.Ordinal);
            var at = root;
            foreach (var step in reference[2..].Split('/'))
            {
                Assert.True(at.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal), out at), reference);
            }
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in Operations(root))
        {
            Assert.True(ids.Add(operation.Value.GetProperty("operationId").GetString()!));
            Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
            Assert.NotEmpty(operation.Value.GetProperty("responses").EnumerateObject());
        }
    }

    private static HashSet<string> Routes()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton((InferencePipeline)RuntimeHelpers.GetUninitializedObject(typeof(InferencePipeline)));
        builder.Services.AddSingleton((CatalogHolder)RuntimeHelpers.GetUninitializedObject(typeof(CatalogHolder)));
        builder.Services.AddCatalogue();
        builder.Services.AddSingleton<IEndpointStatistics, NoStatistics>();
        var app = builder.Build();
        app.MapInference();
        app.MapCatalogue(static (_, _) => Task.CompletedTask);
        app.MapManagement();
        app.MapNative();
        var routes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>())
        {
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>();
            Assert.NotNull(methods);
            foreach (var method in methods.HttpMethods.Where(m => m != "HEAD"))
            {
                routes.Add($"{method} {endpoint.RoutePattern.RawText}");
            }
        }

        return routes;
    }

    private static IEnumerable<JsonProperty> Operations(JsonElement root) => root.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject())
        .Where(member => member.Name is "get" or "post" or "put" or "patch" or "delete");

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(
            p => p.NameEquals("$ref") && p.Value.ValueKind == JsonValueKind.String ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private async Task<JsonElement> ReadAsync()
    {
        using var client = new ApiClient(world.World.Server.Address, null);
        var response = await client.GetAsync("/openapi.json", Token);
        Assert.Equal(200, response.Status);
        return response.Json;
    }

    private async Task<List<(string Method, string Path, bool AtRoot)>> DescribedAsync()
    {
        var found = new List<(string, string, bool)>();
        foreach (var path in (await ReadAsync()).GetProperty("paths").EnumerateObject())
        {
            var atRoot = path.Value.TryGetProperty("servers", out _);
            foreach (var member in path.Value.EnumerateObject())
            {
                if (member.Name is "get" or "post" or "put" or "patch" or "delete")
                {
                    found.Add((member.Name.ToUpperInvariant(), path.Name, atRoot));
                }
            }
        }

        Assert.NotEmpty(found);
        return found;
    }

    private sealed class NoStatistics : IEndpointStatistics
    {
        public EndpointStatistics Get(Catalog.Endpoint endpoint) => default!;
    }
}
