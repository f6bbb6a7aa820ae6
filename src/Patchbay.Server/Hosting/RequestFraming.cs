using Patchbay.Api;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Refuses requests whose end another program on the way may see in a different place: the stuff of request
/// smuggling.</summary>
internal static class RequestFraming
{
    // RFC 9112, section 2.2: a bare LF may end a line. A proxy that thinks otherwise sees other headers than we do.
    private const string NoBareLineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    // Where Kestrel puts a Content-Length that stood beside a Transfer-Encoding.
    private const string OverriddenLength = "X-Content-Length";

    private static readonly GatewayError Ambiguous = new(
        GatewayErrorKind.InvalidRequest, "A request must not have both Content-Length and Transfer-Encoding.")
    {
        Parameter = "Content-Length",
    };

    /// <summary>Makes Kestrel insist on CRLF. Must come before the host is built.</summary>
    public static void InsistOnLineEnds() => AppContext.SetSwitch(NoBareLineFeeds, true);

    /// <summary>Answers 400 and closes the connection where a length stands beside an encoding (RFC 9112, section 6.1).
    /// </summary>
    public static void RefuseAmbiguousLengths(this IApplicationBuilder app) => app.Use(static next => context =>
    {
        var headers = context.Request.Headers;
        if (headers.TransferEncoding.Count > 0 && headers.ContainsKey(OverriddenLength))
        {
            context.Response.Headers.Connection = "close";
            return context.WriteErrorAsync(Ambiguous);
        }

        return next(context);
    });
}
