using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Faults;

/// <summary>What the caller sees when the only endpoint has the fault.</summary>
/// <param name="Status">The status; of a failure that is told inside the stream, the one that its error names.</param>
/// <param name="Code"><c>error.metadata.code</c>; null when the answer is a good one.</param>
/// <param name="Type"><c>error.metadata.error_type</c>.</param>
/// <param name="InStream">Whether content had reached the caller before.</param>
public sealed record Seen(int Status, string? Code, string? Type, bool InStream)
{
    public static Seen Normal { get; } = new(200, null, null, false);

    public static Seen Unavailable(string code) => new(502, code, "provider_unavailable", false);

    public static Seen Late(string code) => new(504, code, "timeout", false);

    public Seen Inside => this with { InStream = true };
}

/// <summary>One fault of a provider: how it comes about, and what the caller sees of it.</summary>
/// <param name="Name">Part of the names of its models and of its provider.</param>
/// <param name="Behavior">The simulator's settings.</param>
/// <param name="Whole">Seen by who asks for an answer in one piece.</param>
/// <param name="Stream">Seen by who asks for a stream.</param>
public sealed record FaultCase(string Name, string Behavior, Seen Whole, Seen Stream)
{
    // A provider that is careless enough to quote our key, another's key and an internal address.
    private const string Words = "Provider says no to upstream-secret-bad-{0} and sk-live-0123456789abcdef at https://internal.example/v1?k=1";

    public FaultCase(string name, string behavior, Seen both)
        : this(name, behavior, both, both)
    {
    }

    /// <summary>What the provider says where it says anything.</summary>
    public const string Says = "Provider says no to ";

    /// <summary>How often the only endpoint is tried: once more after it failed with a 5xx.</summary>
    public int TriedAlone { get; init; } = 1;

    /// <summary>The seconds that the provider asks to wait, and after what.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The provider's settings, its message included.</summary>
    public string Upstream => $"echo;tokens=12;prompt_tokens=9;message={Uri.EscapeDataString(Message)};{Behavior}";

    private string Message => Words.Replace("{0}", Name, StringComparison.Ordinal);

    /// <summary>The model of one kind of request: alone or with a healthy endpoint behind it.</summary>
    public string Model(bool stream, bool fallback) => $"fault/{Name}-{(fallback ? "f" : "a")}{(stream ? "s" : "w")}";

    /// <summary>A model for every kind of request, so that no test sees the health that another one left.</summary>
    public IEnumerable<WorldModel> Models()
    {
        var bad = new WorldEndpoint("bad-" + Name, Upstream);
        var good = new WorldEndpoint("good", "echo;tokens=12;prompt_tokens=9", "0.000003", "0.000004");
        foreach (var stream in (bool[])[false, true])
        {
            yield return new WorldModel(Model(stream, fallback: false), bad);
            yield return new WorldModel(Model(stream, fallback: true), bad, good);
        }
    }
}
