using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>The results of OpenAI's npm package, as it is, through both base URLs.</summary>
public sealed class NpmSdkWorld : IAsyncLifetime
{
    private readonly SdkWorld _sdk = new();
    private readonly Dictionary<string, JsonElement> _results = [];

    public World World => _sdk.World;

    public JsonElement Results(string path)
    {
        Repository.SkipUnless(NodeSdk.IsAvailable, "Node.js and npm are needed to run the openai package.");
        return _results[path];
    }

    public async ValueTask InitializeAsync()
    {
        if (!NodeSdk.IsAvailable)
        {
            return;
        }

        await _sdk.InitializeAsync();
        foreach (var path in NpmSdkTests.Paths)
        {
            _results[path] = await NodeSdk.RunAsync(
                new Dictionary<string, string>
                {
                    ["BASE_URL"] = new Uri(World.Server.Address, path).ToString(),
                    ["API_KEY"] = World.MasterKey,
                    ["POOR_KEY"] = _sdk.PoorKey,
                    ["LIMITED"] = $"sdk/limited-{_results.Count + 2}",
                },
                TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => NodeSdk.IsAvailable ? _sdk.DisposeAsync() : ValueTask.CompletedTask;
}

public sealed class NpmSdkTests(NpmSdkWorld fixture) : IClassFixture<NpmSdkWorld>
{
    internal static readonly string[] Paths = ["/v1", "/api/v1"];

    public static TheoryData<string> BaseUrls => [.. Paths];

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void A_chat_completion_comes_with_text_finish_reason_and_usage(string path)
    {
        var answer = Result(path, "chat");

        Assert.StartsWith("gen-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("sdk/chat", answer.GetProperty("model").GetString());
        var choice = answer.GetProperty("choice");
        Assert.NotEqual("", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        AssertUsage(answer.GetProperty("usage"));
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void A_stream_tells_the_same_and_ends_with_one_usage(string path)
    {
        var whole = Result(path, "chat").GetProperty("choice").GetProperty("message").GetProperty("content").GetString();
        var stream = Result(path, "stream");

        Assert.Equal(1, stream.GetProperty("ids").GetArrayLength());
        Assert.Equal(whole, stream.GetProperty("text").GetString());
        Assert.Equal("stop", Assert.Single(stream.GetProperty("finish").EnumerateArray()).GetString());
        AssertUsage(Assert.Single(stream.GetProperty("usages").EnumerateArray()));
        Assert.Equal(0, stream.GetProperty("last").GetInt32());

        var helped = Result(path, "streamHelper");
        Assert.Equal(whole, helped.GetProperty("text").GetString());
        Assert.Equal(whole, helped.GetProperty("joined").GetString());
        Assert.True(helped.GetProperty("deltas").GetInt32() > 5);
        AssertUsage(helped.GetProperty("usage"));
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void A_tool_is_called_and_its_result_is_answered(string path)
    {
        var tool = Result(path, "tool");

        Assert.Equal("tool_calls", tool.GetProperty("finish").GetString());
        var call = Assert.Single(tool.GetProperty("calls").EnumerateArray());
        Assert.Equal("function", call.GetProperty("type").GetString());
        Assert.Equal("get_weather", call.GetProperty("function").GetProperty("name").GetString());
        var answer = tool.GetProperty("answer");
        Assert.Equal("stop", answer.GetProperty("finish_reason").GetString());
        Assert.NotEqual("", answer.GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void The_SDK_runs_tools_by_itself(string path)
    {
        var run = Result(path, "runTools");

        var seen = Assert.Single(run.GetProperty("seen").EnumerateArray());
        Assert.Equal(JsonValueKind.String, seen.GetProperty("city").ValueKind);
        Assert.Equal(["user", "assistant", "tool"], run.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void Parallel_tool_calls_arrive_whole_and_streamed_with_split_arguments(string path)
    {
        var parallel = Result(path, "parallel");

        Assert.Equal(2, parallel.GetProperty("whole").GetArrayLength());
        Assert.Equal("get_weather", parallel.GetProperty("whole")[0][0].GetString());
        Assert.Equal("get_time", parallel.GetProperty("whole")[1][0].GetString());
        Assert.True(JsonElement.DeepEquals(parallel.GetProperty("whole"), parallel.GetProperty("streamed")));
        Assert.True(parallel.GetProperty("pieces").GetInt32() > 4);
        Assert.Equal("tool_calls", parallel.GetProperty("finish").GetString());
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void Structured_output_is_parsed(string path)
    {
        var parsed = Result(path, "structured").GetProperty("parsed");

        Assert.Equal(JsonValueKind.String, parsed.GetProperty("name").ValueKind);
        Assert.Equal(JsonValueKind.Number, parsed.GetProperty("people").ValueKind);
    }

    [Theory]
    [InlineData("unauthorized", "AuthenticationError", 401, 401, "authentication_error", null)]
    [InlineData("unauthorizedStream", "AuthenticationError", 401, 401, "authentication_error", null)]
    [InlineData("invalid", "BadRequestError", 400, 400, "invalid_request_error", "temperature")]
    [InlineData("poor", "APIError", 402, 402, "insufficient_quota", null)]
    [InlineData("unknownModel", "BadRequestError", 400, 400, "invalid_request_error", "model")]
    [InlineData("rejected", "BadRequestError", 400, 400, "invalid_request_error", null)]
    [InlineData("failed", "InternalServerError", 502, 502, "api_error", null)]
    [InlineData("limited", "RateLimitError", 429, 429, "rate_limit_error", null)]
    public void Errors_are_of_the_classes_that_users_of_the_SDK_know(
        string name, string type, int status, int code, string errorType, string? parameter)
    {
        foreach (var path in Paths)
        {
            var error = Error(path, name);
            Assert.Equal(type, error.GetProperty("class").GetString());
            Assert.Equal(status, error.GetProperty("status").GetInt32());
            Assert.Equal(code, error.GetProperty("code").GetInt32());
            Assert.Equal(errorType, error.GetProperty("type").GetString());
            Assert.Equal(parameter, error.GetProperty("param").GetString());
        }
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void A_rate_limit_of_the_provider_tells_when_to_come_back(string path) =>
        Assert.InRange(
            int.Parse(Error(path, "limited").GetProperty("retryAfter").GetString()!, System.Globalization.CultureInfo.InvariantCulture), 1, 7);

    [Theory]
    [InlineData("breaks")]
    [InlineData("cut")]
    public void A_stream_that_breaks_raises_after_what_arrived(string name)
    {
        foreach (var path in Paths)
        {
            var error = Error(path, name);
            Assert.Equal("APIError", error.GetProperty("class").GetString());
            Assert.NotEqual("", error.GetProperty("message").GetString());
            Assert.NotEqual("", error.GetProperty("partial").GetString());
        }
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public async Task A_stream_that_is_given_up_is_charged_for_what_arrived_only(string path)
    {
        var abort = Result(path, "abort");

        Assert.Equal(5, abort.GetProperty("seen").GetInt32());
        var generation = await fixture.World.GenerationAsync(
            abort.GetProperty("id").GetString()!, TestContext.Current.CancellationToken);
        Assert.True(generation.GetProperty("cancelled").GetBoolean());
        Assert.InRange(generation.GetProperty("native_tokens_completion").GetInt32(), 1, 1000);
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public void The_list_of_models_can_be_read(string path) =>
        Assert.Contains("sdk/chat", Result(path, "models").GetProperty("ids").EnumerateArray().Select(id => id.GetString()));

    private static void AssertUsage(JsonElement usage)
    {
        Assert.Equal(9, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(12, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(21, usage.GetProperty("total_tokens").GetInt32());
        Assert.Equal(4, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
    }

    private JsonElement Result(string path, string name)
    {
        var outcome = fixture.Results(path).GetProperty(name);
        Assert.True(outcome.TryGetProperty("result", out var result), outcome.GetRawText());
        return result;
    }

    private JsonElement Error(string path, string name)
    {
        var outcome = fixture.Results(path).GetProperty(name);
        Assert.True(outcome.TryGetProperty("error", out var error), outcome.GetRawText());
        return error;
    }
}
