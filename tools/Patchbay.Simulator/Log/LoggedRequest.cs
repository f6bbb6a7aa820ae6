using System.Text;

namespace Patchbay.Simulator.Log;

/// <summary>One received request and what became of it. Counts grow while the answer is being written.</summary>
public sealed class LoggedRequest
{
    /// <summary>Position among all requests since start or reset, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>Name of the simulated provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Path as received.</summary>
    public required string Path { get; init; }

    /// <summary>Model as received, settings included.</summary>
    public string Model { get; internal set; } = "";

    /// <summary>Settings text in force for this request.</summary>
    public string Behavior { get; internal set; } = "";

    /// <summary>Whether a stream was asked for.</summary>
    public bool Streaming { get; internal set; }

    /// <summary>The received body, byte for byte up to the cap of the options.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The received headers in order, names as Kestrel reports them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Prompt tokens that the provider would bill.</summary>
    public int PromptTokens { get; internal set; }

    /// <summary>Completion tokens sent so far, reasoning included.</summary>
    public int TokensGenerated { get; internal set; }

    /// <summary>Completion tokens that the provider would bill; settled when the answer ends.</summary>
    public int TokensBilled { get; internal set; }

    /// <summary>Status sent, 0 before the headers.</summary>
    public int Status { get; internal set; }

    /// <summary>How the answer ended.</summary>
    public RequestOutcome Outcome { get; internal set; }

    /// <summary>Events sent.</summary>
    public int Frames { get; internal set; }

    /// <summary>Body bytes sent.</summary>
    public long Bytes { get; internal set; }

    /// <summary>The received body as text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The value of a received header, or null.</summary>
    public string? Header(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
