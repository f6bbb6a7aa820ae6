using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Patchbay.Api;

/// <summary><c>GET /system</c>: what this server is. Needs no key.</summary>
internal static class ReadSystem
{
    private static readonly Dictionary<string, string> Docs = new() { ["openapi"] = "/openapi.json" };

    public static Task RunAsync(HttpContext context)
    {
        var info = context.RequestServices.GetRequiredService<SystemInfo>();
        var view = new SystemView(
            info.Name, info.Version, info.Mode, info.Demo, info.Database, info.StartedAt.UtcDateTime, Docs);
        return TypedResults.Json(new SystemResponse(view), SystemJson.Default.SystemResponse).ExecuteAsync(context);
    }
}

/// <summary>The server as the API shows it.</summary>
internal sealed record SystemView(
    string Name,
    string Version,
    string Mode,
    bool Demo,
    string Database,
    DateTime StartedAt,
    IReadOnlyDictionary<string, string> Docs);

internal sealed record SystemResponse(SystemView Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SystemResponse))]
internal sealed partial class SystemJson : JsonSerializerContext;
