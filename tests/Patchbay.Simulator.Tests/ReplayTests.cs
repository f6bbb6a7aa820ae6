using System.Text;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Tests;

public sealed class ReplayTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("replay");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Recorded_chunks_bodies_and_raw_events_come_back_byte_for_byte()
    {
        Write("chat.chunks.txt", "{\"a\": 1 }\n{\"b\":\"\\u00e9 é\"}\n");
        Write("chat.json", "{ \"whole\":\n 1.50 }\n");
        Write("odd.sse", "event: x\r\ndata: {\"c\":1}\r\n\r\n: end");
        await using var upstream = await StartAsync();

        Assert.Equal("data: {\"a\": 1 }\n\ndata: {\"b\":\"\\u00e9 é\"}\n\ndata: [DONE]\n\n", await BodyAsync(upstream, "m;replay=chat", stream: true));
        Assert.Equal("{ \"whole\":\n 1.50 }\n", await BodyAsync(upstream, "m;replay=chat", stream: false));
        Assert.Equal("event: x\r\ndata: {\"c\":1}\r\n\r\n: end", await BodyAsync(upstream, "m;replay=odd.sse;split=3", stream: true));
    }

    [Fact]
    public async Task Faults_strike_replays()
    {
        Write("chat.chunks.txt", "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
        await using var upstream = await StartAsync();

        var events = await upstream.EventsAsync("m;replay=chat.chunks.txt;fault=cut-clean;after=2");

        Assert.Equal(["{\"a\":1}", "{\"b\":2}"], events);
    }

    [Theory]
    [InlineData("../secret.json")]
    [InlineData("/etc/hostname")]
    [InlineData("missing")]
    public async Task Replays_stay_below_their_directory(string name)
    {
        await using var upstream = await StartAsync();

        using var response = await upstream.ChatAsync($"m;replay={name}");

        Assert.Equal(400, (int)response.StatusCode);
    }

    private Task<Upstream> StartAsync() =>
        Upstream.StartAsync(new SimulatorOptions { ReplayDirectory = _directory.FullName });

    private void Write(string name, string content) =>
        File.WriteAllText(Path.Combine(_directory.FullName, name), content, new UTF8Encoding(false));

    private static async Task<string> BodyAsync(Upstream upstream, string model, bool stream)
    {
        using var response = await upstream.ChatAsync(model, stream);
        return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(Upstream.Token));
    }
}
