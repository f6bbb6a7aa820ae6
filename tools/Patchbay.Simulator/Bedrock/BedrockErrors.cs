using System.Buffers;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Bedrock;

/// <summary>Errors as Bedrock's runtime tells them
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, errors): a header names the exception,
/// and the body has the message.</summary>
internal static class BedrockErrors
{
    /// <summary>The name of the exception: in the header, and inside streams with a small first letter.</summary>
    public static string NameOf(ErrorReply error) => error.Type.EndsWith("Exception", StringComparison.Ordinal) ? error.Type : error.Status switch
    {
        400 => "ValidationException",
        401 or 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        408 => "ModelTimeoutException",
        424 => "ModelErrorException",
        429 => "ThrottlingException",
        503 or 529 => "ServiceUnavailableException",
        _ => "InternalServerException",
    };

    public static void Write(IBufferWriter<byte> body, ErrorReply error)
    {
        body.Write("{\"message\":"u8);
        body.WriteQuoted(error.Message);
        body.Write("}"u8);
    }
}
