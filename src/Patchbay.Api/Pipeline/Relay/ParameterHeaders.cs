using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Tells the caller what became of its parameters: <c>X-Patchbay-Dropped-Parameters</c> names those that the
/// endpoint does not honour, <c>X-Patchbay-Emulated-Parameters</c> those that are honoured by other means than its own.
/// </summary>
internal static class ParameterHeaders
{
    private const string Dropped = "X-Patchbay-Dropped-Parameters";
    private const string Emulated = "X-Patchbay-Emulated-Parameters";

    /// <summary>Sets the headers for the endpoint that answers. Without effect once the headers are out.</summary>
    public static void Set(InferenceContext context, Attempt attempt)
    {
        if ((attempt.Dropped | attempt.Emulated) == Parameters.None && context.Attempts.Count == 0)
        {
            return;
        }

        Set(context.Http.Response, Dropped, attempt.Dropped);
        Set(context.Http.Response, Emulated, attempt.Emulated);
    }

    /// <summary>Nobody answers.</summary>
    public static void Clear(HttpResponse response)
    {
        Set(response, Dropped, Parameters.None);
        Set(response, Emulated, Parameters.None);
    }

    private static void Set(HttpResponse response, string header, Parameters parameters)
    {
        if (response.HasStarted)
        {
            return;
        }

        if (parameters != Parameters.None)
        {
            response.Headers[header] = string.Join(',', ParameterNames.Of(parameters));
        }
        else
        {
            response.Headers.Remove(header);
        }
    }
}
