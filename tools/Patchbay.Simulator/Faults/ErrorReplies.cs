using System.Globalization;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Faults;

/// <summary>Chooses the parts of an error body that the settings leave open.</summary>
internal static class ErrorReplies
{
    public static ErrorReply For(Behavior settings, int statusWhenOk = 200)
    {
        var status = settings.Status == 200 ? statusWhenOk : settings.Status;
        var (type, code) = Usual(status);
        return new ErrorReply(
            status,
            settings.ErrorType ?? type,
            settings.ErrorCode ?? code,
            settings.Message ?? string.Create(CultureInfo.InvariantCulture, $"Simulated error {status}"));
    }

    private static (string Type, string? Code) Usual(int status) => status switch
    {
        401 => ("invalid_request_error", "invalid_api_key"),
        402 => ("insufficient_quota", "insufficient_quota"),
        403 => ("permission_error", "permission_denied"),
        404 => ("invalid_request_error", "model_not_found"),
        408 or 504 => ("timeout_error", "timeout"),
        413 => ("invalid_request_error", "request_too_large"),
        429 => ("rate_limit_error", "rate_limit_exceeded"),
        529 => ("overloaded_error", "overloaded"),
        >= 500 => ("server_error", null),
        _ => ("invalid_request_error", null),
    };
}
