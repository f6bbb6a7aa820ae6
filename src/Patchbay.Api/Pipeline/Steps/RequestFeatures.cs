using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Reads the headers by which a request asks for what costs extra: <c>X-Patchbay-Hedge</c> and
/// <c>X-Patchbay-Continue</c>, each <c>true</c> or <c>false</c>. They have no effect where the operator has switched it off.
/// </summary>
internal static class RequestFeatures
{
    private const string Hedge = "X-Patchbay-Hedge";
    private const string Continue = "X-Patchbay-Continue";

    /// <summary>An error names the header that is neither.</summary>
    public static GatewayError? Read(InferenceContext context, InferenceOptions options)
    {
        var headers = context.Http.Request.Headers;
        if (!TryRead(headers, Hedge, options.Hedging, out var hedges))
        {
            return Unclear(Hedge);
        }

        if (!TryRead(headers, Continue, options.Continuation, out var continues))
        {
            return Unclear(Continue);
        }

        context.Hedges = hedges;
        context.Continues = continues && context.Envelope.Stream;
        return null;
    }

    private static bool TryRead(IHeaderDictionary headers, string name, FeatureMode mode, out bool wanted)
    {
        wanted = mode == FeatureMode.Always;
        if (!headers.TryGetValue(name, out var value) || StringValues.IsNullOrEmpty(value))
        {
            return true;
        }

        if (!bool.TryParse(value.ToString(), out var asked))
        {
            return false;
        }

        wanted = asked && mode != FeatureMode.Off;
        return true;
    }

    private static GatewayError Unclear(string header) =>
        new(GatewayErrorKind.InvalidRequest, $"The header {header} must be true or false.") { Parameter = header };
}
