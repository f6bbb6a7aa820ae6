using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task The_log_keeps_each_request_as_received()
    {
        await using var upstream = await Upstream.StartAsync();
        var body = "{ \"model\" : \"m;tokens=5\",\n\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"é\\u0041bcd\"}] }";

        using (var response = await upstream.SendAsync("beta/v1/chat/completions", body, behavior: "prompt_tokens=9"))
        {
            var sent = await response.Content.ReadAsByteArrayAsync(Upstream.Token);
            await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);
            Assert.Equal(sent.Length, upstream.Simulator.Log.Requests[0].Bytes);
        }

        var request = Assert.Single(upstream.Simulator.Log.Requests);
        Assert.Equal(1, request.Sequence);
        Assert.Equal("beta", request.Provider);
        Assert.Equal("/beta/v1/chat/completions", request.Path);
        Assert.Equal("m;tokens=5", request.Model);
        Assert.Equal("tokens=5;prompt_tokens=9", request.Behavior);
        Assert.True(request.Streaming);
        Assert.Equal(body, request.BodyText);
        Assert.Equal("prompt_tokens=9", request.Header("x-sim"));
        Assert.Equal(5, request.TokensBilled);
        Assert.Equal(9, request.PromptTokens);
        Assert.Equal(7, request.Frames);
        Assert.Equal(200, request.Status);
        Assert.Equal(RequestOutcome.Completed, request.Outcome);
    }

    [Fact]
    public async Task The_log_is_read_and_reset_over_HTTP()
    {
        await using var upstream = await Upstream.StartAsync();
        await upstream.EventsAsync("m;tokens=2");
        await upstream.EventsAsync("m;tokens=2;fault=cut-clean;after=2");

        var log = await upstream.JsonAsync("_sim/log");
        using var reset = await upstream.SendAsync("_sim/reset", "");
        var empty = await upstream.JsonAsync("_sim/log");
        var health = await upstream.JsonAsync("_sim/health");

        Assert.Equal(2, log.GetProperty("counters").GetProperty("requests").GetInt32());
        Assert.Equal("completed", log.GetProperty("requests")[0].GetProperty("outcome").GetString());
        Assert.Equal("faulted", log.GetProperty("requests")[1].GetProperty("outcome").GetString());
        Assert.Equal(Upstream.Chat("m;tokens=2", stream: true), log.GetProperty("requests")[0].GetProperty("body").GetString());
        Assert.Equal(1, log.GetProperty("requests")[1].GetProperty("tokens_billed").GetInt32());
        Assert.Equal(0, empty.GetProperty("requests").GetArrayLength());
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal("chatcmpl-sim-1", (await upstream.ChatJsonAsync("m")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_script_is_set_over_HTTP_and_its_counts_start_anew_with_a_reset()
    {
        await using var upstream = await Upstream.StartAsync();
        var answer = await upstream.JsonAsync("_sim/script", "{\"rules\":[{\"provider\":\"al*\",\"calls\":\"1\",\"behavior\":\"status=500\"}]}");

        using var first = await upstream.ChatAsync("m");
        using var second = await upstream.ChatAsync("m");
        upstream.Simulator.Reset();
        using var third = await upstream.ChatAsync("m");

        Assert.Equal(1, answer.GetProperty("rules").GetInt32());
        Assert.Equal([500, 200, 500], new[] { (int)first.StatusCode, (int)second.StatusCode, (int)third.StatusCode });
    }

    [Fact]
    public async Task The_log_forgets_the_oldest_and_caps_bodies_while_counters_stay_exact()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { LogCapacity = 3, LogBodyLimit = 10 });
        await using var silent = await Upstream.StartAsync(new SimulatorOptions { KeepLog = false });
        for (var i = 0; i < 5; i++)
        {
            await upstream.ChatJsonAsync("m;tokens=2");
            await silent.ChatJsonAsync("m;tokens=2");
        }

        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);
        await silent.Simulator.Log.WhenIdleAsync(Upstream.Token);

        Assert.Equal([3, 4, 5], upstream.Simulator.Log.Requests.Select(request => request.Sequence));
        Assert.All(upstream.Simulator.Log.Requests, request => Assert.Equal(10, request.Body.Length));
        Assert.Empty(silent.Simulator.Log.Requests);
        Assert.Equal(upstream.Simulator.Log.Counters, silent.Simulator.Log.Counters);
        Assert.Equal(10, silent.Simulator.Log.Counters.CompletionTokens);
        Assert.Equal(5, silent.Simulator.Log.Counters.Completed);
    }

    [Fact]
    public async Task Parallel_requests_are_all_counted_and_answered_alike()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions
        {
            Rules = [new ScriptRule { Calls = "every 4", Behavior = "status=500" }],
        });
        var requests = new List<Task<HttpResponseMessage>>();
        for (var i = 0; i < 200; i++)
        {
            requests.Add(upstream.ChatAsync("m;tokens=3", stream: i % 2 == 0));
        }

        var responses = await Task.WhenAll(requests);
        foreach (var response in responses)
        {
            await response.Content.ReadAsByteArrayAsync(Upstream.Token);
        }

        await upstream.Simulator.Log.WhenIdleAsync(Upstream.Token);
        var counters = upstream.Simulator.Log.Counters;
        Assert.Equal(50, responses.Count(response => (int)response.StatusCode == 500));
        Assert.Equal((200, 150, 50, 450), (counters.Requests, counters.Completed, counters.Faulted, counters.CompletionTokens));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), upstream.Simulator.Log.Requests.Select(r => r.Sequence).Order());
    }

    [Fact]
    public async Task Unknown_routes_are_not_found()
    {
        await using var upstream = await Upstream.StartAsync();

        using var route = await upstream.SendAsync("alpha/v1/nothing", "{}");
        using var control = await upstream.SendAsync("_sim/nothing");

        Assert.Equal(404, (int)route.StatusCode);
        Assert.Equal(404, (int)control.StatusCode);
    }
}
