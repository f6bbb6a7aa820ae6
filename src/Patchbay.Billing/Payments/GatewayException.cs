namespace Patchbay.Billing;

/// <summary>A payment gateway did not do what it was asked. The message holds neither secrets nor the gateway's own words.
/// </summary>
public sealed class GatewayException : Exception
{
    /// <summary>Says what happened.</summary>
    /// <param name="message">One sentence.</param>
    /// <param name="status">The gateway's HTTP status; 0 when there was no answer.</param>
    /// <param name="code">The gateway's own short code, such as <c>card_declined</c>.</param>
    /// <param name="isFinal">True when the gateway has refused: nothing happened and asking again is no use. False when it
    /// is not known what happened.</param>
    /// <param name="inner">The cause.</param>
    public GatewayException(string message, int status, string? code, bool isFinal, Exception? inner = null)
        : base(message, inner)
    {
        Status = status;
        Code = code;
        IsFinal = isFinal;
    }

    /// <summary>The gateway's HTTP status; 0 when there was no answer.</summary>
    public int Status { get; }

    /// <summary>The gateway's own short code.</summary>
    public string? Code { get; }

    /// <summary>Whether the gateway has refused for good.</summary>
    public bool IsFinal { get; }
}
