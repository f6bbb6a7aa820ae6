using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>M-5: a disk that is full, and one that does not confirm what was written.</summary>
[Trait("Needs", "root")]
public sealed class DiskTests
{
    private const long Cost = 33_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_nothing_can_be_written_requests_are_refused_and_streams_end_in_an_error_until_there_is_space()
    {
        // No room for the journal, so that the database alone takes what is settled.
        using var disk = new SmallDisk(12);
        await using var world = await StartAsync(disk.Data);
        await using var books = await Books.OpenAsync(world, null, Token);
        using var key = await TestKey.CreateAsync(world, Token, "\"limit\":1");
        var seen = new ConcurrentBag<string>();
        Assert.Equal(200, (await key.Api.ChatAsync("test/plain", Token)).Status);
        world.Simulator.Reset();
        var running = Enumerable.Range(0, 20).Select(_ => key.Api.StreamAsync("test/long", Token)).ToArray();
        await Until.TrueAsync(() => world.Simulator.Log.Counters.Requests == 20, Token);

        // The log of SQLite goes on in what it has already; then there is nothing left.
        disk.Fill();
        ApiResponse refused;
        var before = 0;
        while ((refused = await key.Api.ChatAsync("test/plain", Token)).Status == 200)
        {
            seen.Add(refused.Json.GetProperty("id").GetString()!);
            Assert.True(++before < 20_000, "The disk is never full.");
        }

        var streams = await Task.WhenAll(running);
        var asked = world.Simulator.Log.Counters.Requests;
        var next = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => key.Api.ChatAsync("test/plain", Token)));
        var streamed = await key.Api.StreamAsync("test/plain", Token);

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.ErrorCode));
        Assert.All(streams, s => Assert.Equal((200, false, "storage_unavailable"), (s.Status, s.EndsWithDone, s.ErrorCode)));
        Assert.All(next, r => Assert.Equal((503, "storage_unavailable"), (r.Status, r.ErrorCode)));
        Assert.All(next, r => Assert.NotNull(r.Header("Retry-After")));
        Assert.Equal(503, streamed.Status);
        Assert.Equal(asked, world.Simulator.Log.Counters.Requests);
        Assert.Equal(503, (await world.Api.GetAsync("/health/ready", Token)).Status);

        disk.Free();
        await Until.TrueAsync(
            async () =>
            {
                var answer = await key.Api.ChatAsync("test/plain", Token);
                if (answer.Status == 200)
                {
                    seen.Add(answer.Json.GetProperty("id").GetString()!);
                }

                return answer.Status == 200;
            },
            Token);
        Assert.False(world.Server.HasExited);
        var rows = await books.ListAsync(int.MaxValue, Token);
        var charged = rows.Sum(r => r.Charge.Nanos);
        Report($"M-5 full disk: {before} requests were served from space that was left; {streams.Length} streams ended in an error and {rows.Count(r => r.Model == "test/long")} of them are charged; {next.Length} requests refused before a provider was asked; {seen.Count + 1} answers seen, {rows.Count} rows, {charged} nano-USD charged: loss {((seen.Count + 1) * Cost) - charged}, double {rows.Count - rows.DistinctBy(r => r.Id).Count()}");
        Assert.Equal((seen.Count + 1) * Cost, charged);
        Assert.All(seen, id => Assert.Equal(Cost, rows.Single(r => r.Id == id).Charge.Nanos));
        Assert.Equal(charged, await key.UsageAsync(Token));
        await Until.TrueAsync(async () => await ReadHoldsAsync(world) == 0, Token);
        Assert.Empty(await books.AuditAsync(Token));
    }

    [Fact]
    public async Task While_only_the_database_is_full_the_journal_takes_what_is_settled_and_nothing_is_lost()
    {
        using var disk = new SmallDisk(48);
        await using var world = await StartAsync(disk.Data);
        using var key = await TestKey.CreateAsync(world, Token, "\"limit\":1");
        disk.Fill();
        var ids = new List<string>();
        while ((await world.Api.GetAsync("/health/ready", Token)).Status == 200)
        {
            Assert.True(ids.Count < 20_000, "The database is never full.");
            await AskAsync(100);
        }

        await AskAsync(100);
        await world.Server.KillAsync();
        disk.Free();
        await world.StartServerAsync(Token);

        key.Reconnect();
        await AskAsync(1);
        await using var books = await Books.OpenAsync(world, null, Token);
        var rows = (await books.ListAsync(int.MaxValue, Token)).ToDictionary(r => r.Id, StringComparer.Ordinal);
        Report($"M-5 full database: {ids.Count} answers, the last hundred of them while the database took nothing, then a kill; {rows.Count} rows, loss {ids.Count(id => !rows.ContainsKey(id))}");
        Assert.Equal(ids.Count, rows.Count);
        Assert.All(ids, id => Assert.Equal(Cost, rows[id].Charge.Nanos));
        Assert.Equal(ids.Count * Cost, await key.UsageAsync(Token));
        Assert.Empty(await books.AuditAsync(Token));

        async Task AskAsync(int count)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => key.Api.ChatAsync("test/plain", Token)));
            Assert.All(answers, a => Assert.Equal(200, a.Status));
            ids.AddRange(answers.Select(a => a.Json.GetProperty("id").GetString()!));
        }
    }

    [Fact]
    public async Task A_server_whose_disk_does_not_confirm_a_write_ends_and_says_so()
    {
        await using var world = await StartAsync(null);
        using var key = await TestKey.CreateAsync(world, Token);
        var seen = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            seen.Add((await key.Api.ChatAsync("test/plain", Token)).Json.GetProperty("id").GetString()!);
        }

        using var tracer = await FailFlushesAsync(world.Server.Id);
        var unsure = 0;
        while (!world.Server.HasExited)
        {
            try
            {
                Assert.NotEqual(200, (await key.Api.ChatAsync("test/plain", Token)).Status);
            }
            catch (HttpRequestException)
            {
                // The server is gone.
            }

            Assert.True(++unsure < 1000, "The server goes on:\n" + world.Server.Output);
        }

        await world.Server.WaitForExitAsync(Token);
        await tracer.WaitForExitAsync(Token);
        Assert.Equal(1, world.Server.ExitCode);
        Assert.Contains("did not confirm", world.Server.Output, StringComparison.Ordinal);

        await world.StartServerAsync(Token);
        key.Reconnect();
        await using var books = await Books.OpenAsync(world, null, Token);
        var rows = (await books.ListAsync(int.MaxValue, Token)).ToDictionary(r => r.Id, StringComparer.Ordinal);
        Assert.All(seen, id => Assert.Equal(Cost, rows[id].Charge.Nanos));
        Assert.Equal(rows.Values.Sum(r => r.Charge.Nanos), await key.UsageAsync(Token));
        Report($"M-5 fsync: the server ended with {1}; {seen.Count} answers before it, all charged once; {rows.Count - seen.Count} of the {unsure} requests that saw no end have a row");
        Assert.Empty(await books.AuditAsync(Token));
    }

    private static Task<World> StartAsync(string? data) => World.StartAsync(
        new WorldOptions
        {
            Data = data,
            Models =
            [
                LedgerWorld.Model("test/plain", "plain", "tokens=12;prompt_tokens=9"),
                LedgerWorld.Model("test/long", "long", "tokens=125;tps=25;prompt_tokens=9"),
            ],
        },
        Token);

    // From now on no flush of the process succeeds: strace(1) answers in the kernel's place.
    private static async Task<Process> FailFlushesAsync(int process)
    {
        Repository.SkipUnless(AsRoot.Run("strace", ["-o", "/dev/null", "true"]), "strace, which makes flushes fail, cannot be used here.");
        var tracer = Process.Start(AsRoot.Start(
            "strace",
            [
                "-f", "-qq", "-p", process.ToString(CultureInfo.InvariantCulture), "-o", "/dev/null",
                "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO",
            ]))!;
        await Until.TrueAsync(() => tracer.HasExited || IsTraced(process), Token);
        Assert.False(tracer.HasExited, "strace did not attach.");
        return tracer;
    }

    private static bool IsTraced(int process) => Directory.GetDirectories($"/proc/{process}/task")
        .All(task => !File.ReadAllLines(Path.Combine(task, "status")).Contains("TracerPid:\t0"));

    private static async Task<long> ReadHoldsAsync(World world)
    {
        var metrics = (await world.Api.GetAsync("/metrics", Token)).Body;
        var line = metrics.Split('\n').Single(l => l.StartsWith("patchbay_holds_open ", StringComparison.Ordinal));
        return (long)decimal.Parse(line.Split(' ')[1], NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static void Report(FormattableString line) =>
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));
}
