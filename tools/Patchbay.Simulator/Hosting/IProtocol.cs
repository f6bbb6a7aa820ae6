namespace Patchbay.Simulator.Hosting;

/// <summary>One family of upstream routes. A protocol is a folder that implements this, listed in the application.</summary>
internal interface IProtocol
{
    /// <summary>The <see cref="SimulatorProvider.Protocol"/> that a provider must have to be served; null for any. One whose
    /// routes are those of another has such a name.</summary>
    string? Profile => null;

    /// <summary>Whether this protocol serves the method and the path below the provider, such as <c>v1/models</c>.</summary>
    bool Serves(string method, ReadOnlySpan<char> operation);

    /// <summary>Answers; the body has been read. Throws <see cref="FormatException"/> for a request it cannot read.</summary>
    Task AnswerAsync(Exchange exchange);

    /// <summary>Writes an error body in the protocol's own shape.</summary>
    void WriteError(System.Buffers.IBufferWriter<byte> body, ErrorReply error);

    /// <summary>The exception that stands for an error: a header of its answer, and the name of the event inside a stream.
    /// Null where errors have no such name.</summary>
    string? ErrorName(ErrorReply error) => null;
}

/// <summary>What an error body says.</summary>
internal readonly record struct ErrorReply(int Status, string Type, string? Code, string Message);
