using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Bedrock's exceptions (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, errors;
/// https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html) and what they mean to us.
/// </summary>
internal static class ConverseErrors
{
    /// <summary>Names the exception of an error answer; the body has its message
    /// (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html, operation error serialization).</summary>
    public const string Header = "x-amzn-errortype";

    /// <summary>Whether an event of a stream is an exception, or an error that has no name.</summary>
    public static bool IsException(ReadOnlySpan<byte> name) =>
        name.EndsWith("xception"u8) || name.SequenceEqual(EventStreamReader.ErrorEvent);

    /// <summary>Tells such an event.</summary>
    public static void Tell(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        var (message, code) = Parse(data);
        var type = name.SequenceEqual(EventStreamReader.ErrorEvent) ? code ?? "" : Encoding.UTF8.GetString(name);
        sink.Error(StatusOf(type), Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(message ?? ""));
    }

    /// <summary>The status that stands for an exception inside a stream. Failures of the model have 424 at Bedrock, which
    /// would blame the caller.</summary>
    public static int StatusOf(string type) => type switch
    {
        "validationException" => 400,
        "accessDeniedException" => 403,
        "resourceNotFoundException" => 404,
        "modelTimeoutException" => 504,
        "throttlingException" => 429,
        "serviceUnavailableException" or "modelNotReadyException" => 503,
        _ => 500,
    };

    /// <summary>Reads <c>{"message":…}</c>, with or without <c>__type</c>. A body of another form gives what the status
    /// says.</summary>
    /// <param name="body">The body.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="name">The exception that a header names; null when none does.</param>
    public static DialectError Read(ReadOnlySpan<byte> body, int status, string? name = null)
    {
        var (message, type) = Parse(body);
        return new DialectError(Classify(name ?? type, status), message);
    }

    /// <summary>The message and the type of an error's JSON; null where it has none. Never throws.</summary>
    public static (string? Message, string? Type) Parse(ReadOnlySpan<byte> json)
    {
        string? message = null;
        string? type = null;
        if (!Utf8.IsValid(json))
        {
            return default;
        }

        try
        {
            var members = new JsonMembers(json);
            while (members.Next())
            {
                if (members.Is("message"u8) || members.Is("Message"u8))
                {
                    message ??= JsonSlice.String(members.Value);
                }
                else if (members.Is("__type"u8) || members.Is("code"u8))
                {
                    type ??= JsonSlice.String(members.Value);
                }
            }
        }
        catch (JsonException)
        {
            // What stands before the fault is all there is.
        }

        return (message, type);
    }

    // The type may stand behind its namespace, and before an address: com.amazon.coral.service#ThrottlingException,
    // ThrottlingException:http://… (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html, operation errors).
    private static GatewayErrorKind Classify(string? type, int status)
    {
        var name = type.AsSpan();
        name = name[(name.IndexOf('#') + 1)..];
        var colon = name.IndexOf(':');
        return (colon < 0 ? name : name[..colon]) switch
        {
            "ValidationException" or "ResourceNotFoundException" or "ConflictException" => GatewayErrorKind.ProviderRejected,
            "ThrottlingException" or "TooManyRequestsException" or "ServiceQuotaExceededException" =>
                GatewayErrorKind.ProviderRateLimited,
            "AccessDeniedException" or "UnrecognizedClientException" or "InvalidSignatureException"
                or "ExpiredTokenException" or "IncompleteSignature" or "IncompleteSignatureException" or "InvalidClientTokenId"
                or "MissingAuthenticationToken" or "MissingAuthenticationTokenException" or "NotAuthorized"
                or "OptInRequired" or "RequestExpired" or "FTUFormNotFilled" => GatewayErrorKind.ProviderAuth,
            "ModelTimeoutException" => GatewayErrorKind.ProviderTimeout,
            "ServiceUnavailableException" or "ServiceUnavailable" or "ModelNotReadyException" =>
                GatewayErrorKind.ProviderOverloaded,
            "InternalServerException" or "InternalFailure" or "ModelErrorException" or "ModelStreamErrorException" =>
                GatewayErrorKind.ProviderError,
            _ => status == 424 ? GatewayErrorKind.ProviderError : StatusKinds.Of(status),
        };
    }
}
