using System.Text.RegularExpressions;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Hostile;

/// <summary>Requests whose end two programs may see in different places. Each is followed by a second request that must
/// never be answered.</summary>
public sealed class SmugglingTests(HostileWorld fixture) : IClassFixture<HostileWorld>
{
    private const string Head = "POST /api/v1/chat/completions HTTP/1.1\r\n";
    private const string Host = "Host: localhost\r\n";
    private const string Second = "GET /api/v1/models/count HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["two encodings, the last not chunked"] = Head + Host + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + Second,
        ["an encoding that is not chunked"] = Head + Host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + Second,
        ["two lengths"] = Head + Host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef" + Second,
        ["a list of lengths"] = Head + Host + "Content-Length: 5, 6\r\n\r\nabcdef" + Second,
        ["a negative length"] = Head + Host + "Content-Length: -1\r\n\r\n" + Second,
        ["a length that overflows"] = Head + Host + "Content-Length: 99999999999999999999\r\n\r\n" + Second,
        ["a hexadecimal length"] = Head + Host + "Content-Length: 0x5\r\n\r\nabcde" + Second,
        ["bare LF in the head"] = "POST /api/v1/chat/completions HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n" + Second,
        ["bare LF in one header"] = Head + Host + "X-A: 1\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Second,
        ["bare CR in a header"] = Head + Host + "X-A: 1\rX-B: 2\r\n\r\n" + Second,
        ["a folded header"] = Head + Host + "X-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Second,
        ["a folded encoding"] = Head + Host + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + Second,
        ["a space before the colon"] = Head + Host + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + Second,
        ["a zero byte in a header"] = Head + Host + "X-A: 1\02\r\n\r\n" + Second,
        ["a zero byte in a name"] = Head + Host + "X-\0A: 1\r\n\r\n" + Second,
        ["a header without a colon"] = Head + Host + "X-A\r\n\r\n" + Second,
        ["a header without a name"] = Head + Host + ": 1\r\n\r\n" + Second,
        ["two hosts"] = Head + Host + "Host: elsewhere\r\nContent-Length: 0\r\n\r\n" + Second,
        ["no host"] = Head + "Content-Length: 0\r\n\r\n" + Second,
        ["a host with a path"] = Head + "Host: localhost/x\r\nContent-Length: 0\r\n\r\n" + Second,
        ["an address of another host"] = "POST http://elsewhere/api/v1/chat/completions HTTP/1.1\r\n" + Host + "Content-Length: 0\r\n\r\n" + Second,
        ["an unknown version"] = "POST /api/v1/chat/completions HTTP/9.9\r\n" + Host + "\r\n" + Second,
        ["no version"] = "POST /api/v1/chat/completions\r\n" + Host + "\r\n" + Second,
        ["a space in the path"] = "POST /api/v1/chat/completions x HTTP/1.1\r\n" + Host + "\r\n" + Second,
        ["a method that is no token"] = "PO ST /api HTTP/1.1\r\n" + Host + "\r\n" + Second,
    };

    // What is wrong stands in the body, which is read only for a caller with a key.
    private static readonly Dictionary<string, string> Chunks = new(StringComparer.Ordinal)
    {
        ["a size that overflows"] = "ffffffffffffffff1\r\nabcde\r\n0\r\n\r\n",
        ["a negative size"] = "-5\r\nabcde\r\n0\r\n\r\n",
        ["a size with a prefix"] = "0x5\r\nabcde\r\n0\r\n\r\n",
        ["bare LF after the size"] = "5\nabcde\r\n0\r\n\r\n",
        ["an extension with a bare LF"] = "5;a=\nb\r\nabcde\r\n0\r\n\r\n",
        ["an extension with a bare CR"] = "5;a=\rb\r\nabcde\r\n0\r\n\r\n",
        ["more than the size says"] = "3\r\nabcde\r\n0\r\n\r\n",
        ["no line end after the data"] = "5\r\nabcde0\r\n\r\n",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> HeadNames { get; } = [.. Requests.Keys];

    public static TheoryData<string> ChunkNames { get; } = [.. Chunks.Keys];

    [Theory]
    [MemberData(nameof(HeadNames))]
    public async Task An_ambiguous_head_is_refused_and_the_connection_closed(string name)
    {
        var (text, closed) = await SendAsync(Requests[name]);

        Assert.Matches("^HTTP/1.1 (400|505) ", text);
        Assert.True(closed, "The connection stayed open.");
        Assert.Equal(1, Answers(text));
        await fixture.StillServesAsync(Token);
    }

    [Theory]
    [MemberData(nameof(ChunkNames))]
    public async Task An_ambiguous_body_is_refused_and_the_connection_closed(string name)
    {
        var (text, closed) = await SendAsync(
            Head + Host + $"Authorization: Bearer {World.MasterKey}\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunks[name] + Second);

        // Kestrel ends the connection without a word where the size does not fit into a number.
        Assert.True(text.Length == 0 || text.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), text);
        Assert.True(closed, "The connection stayed open.");
        Assert.InRange(Answers(text), 0, 1);
        await fixture.StillServesAsync(Token);
    }

    [Fact]
    public async Task A_length_beside_an_encoding_is_refused_and_the_connection_closed()
    {
        var body = ApiClient.Chat("test/echo", stream: false);
        var (text, closed) = await SendAsync(
            Head + Host + $"Authorization: Bearer {World.MasterKey}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n" + Second);

        Assert.StartsWith("HTTP/1.1 400 ", text, StringComparison.Ordinal);
        Assert.True(closed, "The connection stayed open.");
        Assert.Equal(1, Answers(text));
        await fixture.StillServesAsync(Token);
    }

    [Fact]
    public async Task A_head_that_is_too_large_is_refused()
    {
        var (text, closed) = await SendAsync(Head + Host + "X-A: " + new string('a', 100_000) + "\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431 ", text, StringComparison.Ordinal);
        Assert.True(closed);
        await fixture.StillServesAsync(Token);
    }

    private static int Answers(string text) => Regex.Count(text, "HTTP/1\\.1 \\d\\d\\d ");

    private async Task<(string Text, bool Closed)> SendAsync(string request)
    {
        using var connection = await RawConnection.OpenAsync(fixture.World.Server.Address, Token);
        try
        {
            await connection.SendAsync(request, Token);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Refused before it was sent whole.
        }

        return await connection.ReadToEndAsync(TimeSpan.FromSeconds(8), Token);
    }
}
