using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>Which of several failed attempts the caller is told about: the most useful one, not simply the last.</summary>
internal static class ErrorChoice
{
    /// <summary>What the caller can act on wins: a request that a provider found invalid, then a rate limit (with the
    /// shortest wait of all), then whatever came last.</summary>
    public static GatewayError Of(List<GatewayError> errors)
    {
        GatewayError? limited = null;
        TimeSpan? wait = null;
        foreach (var error in errors)
        {
            switch (error.Kind)
            {
                case GatewayErrorKind.ProviderRejected:
                    return error;
                case GatewayErrorKind.ProviderRateLimited:
                    limited = error;
                    wait = Shorter(wait, error.RetryAfter);
                    break;
            }
        }

        return limited is not null ? limited with { RetryAfter = wait } : errors[^1];
    }

    /// <summary>The attempts before the one that the caller is told about.</summary>
    public static PreviousError[]? Previous(List<GatewayError> errors, GatewayError told)
    {
        if (errors.Count < 2)
        {
            return null;
        }

        var previous = new List<PreviousError>(errors.Count - 1);
        foreach (var error in errors)
        {
            if (error.Kind != told.Kind || error.Provider != told.Provider)
            {
                previous.Add(new PreviousError(
                    error.Provider ?? "", error.Row.Code, error.UpstreamStatus ?? error.Row.HttpStatus));
            }
        }

        return [.. previous];
    }

    private static TimeSpan? Shorter(TimeSpan? left, TimeSpan? right) =>
        left is null ? right : right is null ? left : left < right ? left : right;
}
