using System.Text.Json;
using System.Text.Unicode;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads and checks the body of <c>POST /chat/completions</c> in one pass.</summary>
public static class ChatRequestReader
{
    /// <summary>Fills an envelope that is new or was reset. Null when the request is well-formed, else an error of kind
    /// <see cref="GatewayErrorKind.InvalidRequest"/> that names the member at fault; then the envelope must be reset.
    /// Members that are not documented are accepted, null stands for absent, and a member that occurs twice is refused.
    /// <c>model</c> may be absent: the caller decides what that means.</summary>
    public static GatewayError? Read(ReadOnlySpan<byte> body, RequestEnvelope envelope)
    {
        envelope.BodyLength = body.Length;
        if (RefuseEncoding(body) is { } refusal)
        {
            return new GatewayError(GatewayErrorKind.InvalidRequest, refusal);
        }

        var parser = new ChatRequestParser(body, envelope);
        try
        {
            return parser.Parse() ? null : parser.Error;
        }
        catch (JsonException fault)
        {
            return new GatewayError(GatewayErrorKind.InvalidRequest, parser.IsTooDeep
                ? $"The request body is nested deeper than {JsonText.MaxDepth} levels."
                : $"The request body is not valid JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.");
        }
    }

    private static string? RefuseEncoding(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return "The request body is empty: expected a JSON object.";
        }

        if (body.StartsWith("\uFEFF"u8))
        {
            return "The request body begins with a byte order mark: expected plain UTF-8.";
        }

        if (body.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || body.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
            || body[0] == 0 || (body.Length > 1 && body[1] == 0))
        {
            return "The request body is UTF-16 or UTF-32: expected UTF-8.";
        }

        return Utf8.IsValid(body) ? null : "The request body is not valid UTF-8.";
    }
}
