using System.Text;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Tests;

public sealed class ScriptTests
{
    [Fact]
    public async Task Rules_apply_to_the_calls_that_they_name()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Simulator.Script.Replace(
        [
            new ScriptRule { Provider = "alpha", Model = "gpt-*", Calls = "1-2", Behavior = "status=500" },
            new ScriptRule { Model = "gpt-*", Calls = "every 4", Behavior = "status=503" },
            new ScriptRule { Model = "gpt-*", Calls = "7+", Behavior = "status=429" },
            new ScriptRule { Model = "once", Calls = "1", Behavior = "status=404" },
        ]);

        Assert.Equal([500, 500, 200, 503, 200, 200, 429, 503, 429], await StatusesAsync(upstream, "gpt-4;tokens=1", 9));
        Assert.Equal([404, 200], await StatusesAsync(upstream, "once", 2));
        Assert.Equal([200], await StatusesAsync(upstream, "other", 1));
    }

    [Fact]
    public async Task The_header_wins_over_the_model_name_over_the_script_over_the_provider()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions
        {
            Providers = [new SimulatorProvider { Name = "alpha", Behavior = "tokens=1;prompt_tokens=11;cached=1;reasoning_tokens=1" }],
            Rules = [new ScriptRule { Behavior = "tokens=2;prompt_tokens=12;cached=2" }],
        });

        var usage = (await upstream.ChatJsonAsync("m;tokens=3;prompt_tokens=13", behavior: "tokens=4")).GetProperty("usage");

        Assert.Equal(4 + 1, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(13, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(2, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
    }

    [Fact]
    public async Task Chance_depends_on_the_seed_alone()
    {
        var draws = new List<List<int>>();
        foreach (var seed in (List<ulong>)[5, 5, 6])
        {
            await using var upstream = await Upstream.StartAsync(new SimulatorOptions
            {
                Seed = seed,
                Rules = [new ScriptRule { Probability = 0.3, Behavior = "status=500" }],
            });
            draws.Add(await StatusesAsync(upstream, "m;tokens=1", 100));
        }

        Assert.Equal(draws[0], draws[1]);
        Assert.NotEqual(draws[0], draws[2]);
        Assert.InRange(draws[0].Count(status => status == 500), 15, 45);
    }

    [Theory]
    [InlineData("[{\"behavior\":\"tokens=x\"}]", "rules[0]: 'tokens'")]
    [InlineData("[{\"behavior\":\"status=500\"},{\"behavior\":\"fault=nope\"}]", "rules[1]: 'fault'")]
    [InlineData("[{\"behavior\":\"fault=3\"}]", "'fault'")]
    [InlineData("[{\"behavior\":\"colour=red\"}]", "'colour'")]
    [InlineData("[{\"behavior\":\"alone\"}]", "'alone'")]
    [InlineData("[{\"behavior\":\"\",\"calls\":\"3-1\"}]", "'calls'")]
    [InlineData("[{\"behavior\":\"\",\"probability\":1.5}]", "'probability'")]
    [InlineData("[{\"behavior\":\"\",\"modle\":\"x\"}]", "modle")]
    [InlineData("[{}]", "behavior")]
    [InlineData("{}", "rules")]
    [InlineData("not json", "script")]
    public async Task A_script_with_a_mistake_is_refused_and_changes_nothing(string script, string named)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Simulator.Script.Add(new ScriptRule { Behavior = "status=418" });

        var exception = Assert.Throws<FormatException>(
            () => upstream.Simulator.Script.ReplaceFromJson(Encoding.UTF8.GetBytes(script)));
        using var response = await upstream.SendAsync("_sim/script", script);

        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal([418], await StatusesAsync(upstream, "m", 1));
    }

    [Fact]
    public void Later_settings_win_and_values_may_be_encoded()
    {
        var behavior = Behavior.Parse("tokens=1; text=a%3Bb=c ;tokens=2;sse-style=crlf;retry-after=date:9");

        Assert.Equal(2, behavior.Tokens);
        Assert.Equal("a;b=c", behavior.Text);
        Assert.Equal(SseStyle.Crlf, behavior.SseStyle);
        Assert.Equal("date:9", behavior.RetryAfter);
    }

    private static async Task<List<int>> StatusesAsync(Upstream upstream, string model, int count)
    {
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
        {
            using var response = await upstream.ChatAsync(model);
            statuses.Add((int)response.StatusCode);
        }

        return statuses;
    }
}
