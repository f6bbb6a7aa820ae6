using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;
using Patchbay.Api;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Serves the web console: what was built into <c>console/dist</c>. Addresses that are no file belong to pages of
/// the console, except below the API.</summary>
internal sealed class ConsoleFiles : IDisposable
{
    private const string Index = "index.html";
    private const string SecurityPolicy =
        "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; " +
        "form-action 'self'; frame-ancestors 'none'";

    private static readonly GatewayError NoSuchRoute = new(
        GatewayErrorKind.NotFound, "There is no such route. GET /openapi.json lists all of them.");

    private readonly FileExtensionContentTypeProvider _types = new();
    private readonly string? _folder;
    private readonly Lazy<string> _missing = new(ReadMissingPage);

    private PhysicalFileProvider? _files;

    /// <summary>Serves this folder, from the moment that it exists; null when there can be none.</summary>
    public ConsoleFiles(string? folder)
    {
        _folder = folder;
    }

    /// <summary>Whether the console was built.</summary>
    public bool Exists => Open()?.GetFileInfo(Index).Exists == true;

    /// <summary>The folder of the built console: beside the program after publishing, else that of the repository which
    /// the program was built in.</summary>
    public static string? Find(string programFolder)
    {
        var published = Path.Combine(programFolder, "wwwroot");
        if (Directory.Exists(published))
        {
            return published;
        }

        for (var folder = new DirectoryInfo(programFolder); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Patchbay.slnx")))
            {
                return Path.Combine(folder.FullName, "console", "dist");
            }
        }

        return null;
    }

    /// <summary>Maps everything that no other route takes.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapFallback("/{**path}", (RequestDelegate)ServeAsync);

    /// <inheritdoc/>
    public void Dispose() => _files?.Dispose();

    private PhysicalFileProvider? Open() =>
        _files ?? (Directory.Exists(_folder) ? _files = new PhysicalFileProvider(_folder) : null);

    private Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/api") || path.StartsWithSegments("/v1"))
        {
            return context.WriteErrorAsync(NoSuchRoute);
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            return context.WriteErrorAsync(NoSuchRoute);
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = SecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (Open() is not { } files)
        {
            return WriteMissingAsync(context);
        }

        var name = path.Value is { Length: > 1 } value ? value : Index;
        var file = files.GetFileInfo(name);
        if (file is { Exists: true, IsDirectory: false, PhysicalPath: not null })
        {
            // Vite puts a hash of the content into the names below /assets, so these never change.
            headers.CacheControl = path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache";
            return SendAsync(context, file);
        }

        if (Path.HasExtension(name) && !AcceptsPage(context))
        {
            return context.WriteErrorAsync(NoSuchRoute);
        }

        var index = files.GetFileInfo(Index);
        headers.CacheControl = "no-cache";
        return index.Exists ? SendAsync(context, index) : WriteMissingAsync(context);
    }

    private static bool AcceptsPage(HttpContext context) =>
        context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private Task SendAsync(HttpContext context, IFileInfo file)
    {
        var type = _types.TryGetContentType(file.Name, out var known) ? known : "application/octet-stream";
        if (type.StartsWith("text/", StringComparison.Ordinal))
        {
            type += "; charset=utf-8";
        }

        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{file.Length:x}-{file.LastModified.UtcTicks:x}\"");
        return TypedResults.PhysicalFile(
                file.PhysicalPath!, type, lastModified: file.LastModified, entityTag: new EntityTagHeaderValue(tag))
            .ExecuteAsync(context);
    }

    private Task WriteMissingAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
        return context.Response.WriteAsync(_missing.Value, context.RequestAborted);
    }

    private static string ReadMissingPage()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("console-missing.html")
            ?? throw new InvalidOperationException("The page for a missing console is not built in.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
