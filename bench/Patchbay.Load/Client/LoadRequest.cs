using System.Globalization;
using System.Text;

namespace Patchbay.Load;

/// <summary>A request, ready to be sent, and what its answer must hold.</summary>
internal sealed record LoadRequest
{
    private const string Prompt =
        "Write one paragraph for the visitors of a small museum of clocks. Say how a pendulum keeps its time, why the "
        + "length of its rod matters, and what a watchmaker did in winter when the brass shrank. Keep the words plain, "
        + "name no year and no person, and end with a sentence that invites the reader to listen to the room.";

    public required ReadOnlyMemory<byte> Bytes { get; init; }

    public required int BodyBytes { get; init; }

    public required bool Streamed { get; init; }

    /// <summary>Whether the answer must tell its cost.</summary>
    public required bool WantsCost { get; init; }

    /// <summary>Null while it is being learned.</summary>
    public Expectation? Expected { get; init; }

    /// <summary>A small chat request: about 600 bytes of JSON.</summary>
    public static LoadRequest Create(Uri address, string path, string key, string model, bool streamed, bool wantsCost)
    {
        var body = "{\"model\":\"" + model + "\",\"messages\":["
            + "{\"role\":\"system\",\"content\":\"You are a careful guide. Answer in the language of the question.\"},"
            + "{\"role\":\"user\",\"content\":\"" + Prompt + "\"}],\"temperature\":0.7,\"max_tokens\":1024"
            + (streamed ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}" : "}");
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nAccept: */*\r\nUser-Agent: load/1\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n");
        return new LoadRequest
        {
            Bytes = Encoding.UTF8.GetBytes(head + body),
            BodyBytes = Encoding.UTF8.GetByteCount(body),
            Streamed = streamed,
            WantsCost = wantsCost,
        };
    }
}
