using System.Text.Json;
using System.Text.Unicode;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads the body of an answer that is not a stream. Reusable: each <see cref="Read"/> starts afresh.</summary>
public sealed class ChatResponseReader
{
    private Usage _usage;

    internal ChatAnswerScan Scan { get; } = new(isStream: false);

    /// <summary>The usage that the provider reported.</summary>
    public Usage Usage => _usage;

    /// <summary>The provider reported usable usage.</summary>
    public bool HasUsage { get; private set; }

    /// <summary>The first choice's normalised finish reason: stop, length, tool_calls, content_filter or error.</summary>
    public string? FinishReason => Scan.FinishReason;

    /// <summary>The provider's own word for <see cref="FinishReason"/>.</summary>
    public string? NativeFinishReason => Scan.NativeFinishReason;

    /// <summary>The provider's id of the answer.</summary>
    public string? UpstreamId => Scan.UpstreamId;

    /// <summary>The service tier that the provider reported.</summary>
    public string? ServiceTier => Scan.ServiceTier;

    /// <summary>The body is an error although its status was 200.</summary>
    public bool HasError => Error is not null;

    /// <summary>That error, classified.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>No text, reasoning, tool call, refusal, image or audio.</summary>
    public bool IsEmpty => !Scan.HasContent;

    /// <summary>UTF-8 bytes of text, reasoning and tool arguments, for estimates.</summary>
    public long OutputBytes => Scan.OutputBytes;

    /// <summary>Forgets the last body.</summary>
    public void Reset()
    {
        Error = null;
        HasUsage = false;
        _usage = default;
        Scan.Reset();
    }

    /// <summary>Reads a body. False when it is not one JSON object in UTF-8; then nothing else may be used.</summary>
    /// <param name="body">The body.</param>
    /// <param name="hidesReasoning">The caller does not want to see reasoning.</param>
    public bool Read(ReadOnlySpan<byte> body, bool hidesReasoning = false)
    {
        Reset();
        Scan.HidesReasoning = hidesReasoning;
        try
        {
            if (!Utf8.IsValid(body) || !Scan.Scan(body))
            {
                return false;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        HasUsage = Scan.Usage.TryNormalise(out _usage);
        if (Scan.ErrorRange is { } range)
        {
            Error = ChatErrorReader.ToGatewayError(body[range]);
        }
        else if (Scan.IsErrorObject && !Scan.HasChoices)
        {
            Error = ChatErrorReader.ToGatewayError(body);
        }

        return true;
    }
}
