using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>OpenAI's own .NET SDK, as it is, with our base URL.</summary>
public sealed class DotNetSdkTests(SdkWorld fixture) : IClassFixture<SdkWorld>
{
    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "get_weather",
        "The weather of a city.",
        BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""));

    private static readonly ChatTool Time = ChatTool.CreateFunctionTool(
        "get_time",
        "The time of a city.",
        BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> BaseUrls => ["/v1", "/api/v1"];

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public async Task A_chat_completion_comes_with_text_finish_reason_and_usage(string path)
    {
        ChatCompletion answer = await Chat("sdk/chat", path).CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Token);

        Assert.StartsWith("gen-", answer.Id, StringComparison.Ordinal);
        Assert.Equal("sdk/chat", answer.Model);
        Assert.Equal(ChatMessageRole.Assistant, answer.Role);
        Assert.NotEqual("", Assert.Single(answer.Content).Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(9, answer.Usage.InputTokenCount);
        Assert.Equal(12, answer.Usage.OutputTokenCount);
        Assert.Equal(21, answer.Usage.TotalTokenCount);
        Assert.Equal(4, answer.Usage.InputTokenDetails.CachedTokenCount);
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public async Task A_stream_tells_the_same_as_the_whole_answer_and_ends_with_usage(string path)
    {
        var client = Chat("sdk/chat", path);
        ChatCompletion whole = await client.CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Token);

        var text = new StringBuilder();
        var usages = new List<ChatTokenUsage>();
        ChatFinishReason? finish = null;
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage("Hello")], cancellationToken: Token))
        {
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }

            finish = update.FinishReason ?? finish;
            if (update.Usage is { } usage)
            {
                usages.Add(usage);
            }
        }

        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.Equal(ChatFinishReason.Stop, finish);
        var reported = Assert.Single(usages);
        Assert.Equal(9, reported.InputTokenCount);
        Assert.Equal(12, reported.OutputTokenCount);
    }

    [Fact]
    public async Task Reasoning_tokens_are_counted_apart()
    {
        ChatCompletion answer = await Chat("sdk/reasoner").CompleteChatAsync([new UserChatMessage("Think")], cancellationToken: Token);

        Assert.Equal(5, answer.Usage.OutputTokenDetails.ReasoningTokenCount);
        Assert.Equal(17, answer.Usage.OutputTokenCount);
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public async Task A_tool_is_called_and_its_result_is_answered(string path)
    {
        var client = Chat("sdk/chat", path);
        var messages = new List<ChatMessage> { new UserChatMessage("How is the weather?") };
        ChatCompletion asked = await client.CompleteChatAsync(
            messages, new ChatCompletionOptions { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateRequiredChoice() }, Token);

        Assert.Equal(ChatFinishReason.ToolCalls, asked.FinishReason);
        var call = Assert.Single(asked.ToolCalls);
        Assert.Equal("get_weather", call.FunctionName);
        Assert.Equal(JsonValueKind.String, JsonElement.Parse(call.FunctionArguments).GetProperty("city").ValueKind);

        messages.Add(new AssistantChatMessage(asked));
        messages.Add(new ToolChatMessage(call.Id, "{\"temperature\":21}"));
        fixture.World.Simulator.Reset();
        ChatCompletion answered = await client.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { Weather } }, Token);

        Assert.Equal(ChatFinishReason.Stop, answered.FinishReason);
        Assert.NotEqual("", answered.Content[0].Text);
        var sent = JsonElement.Parse(Assert.Single(fixture.World.Simulator.Log.Requests).BodyText).GetProperty("messages");
        Assert.Equal(call.Id, sent[1].GetProperty("tool_calls")[0].GetProperty("id").GetString());
        Assert.Equal(call.Id, sent[2].GetProperty("tool_call_id").GetString());
        Assert.Equal("{\"temperature\":21}", sent[2].GetProperty("content").ToString());
    }

    [Fact]
    public async Task Parallel_tool_calls_arrive_whole_and_streamed_with_split_arguments()
    {
        var client = Chat("sdk/parallel");
        var options = new ChatCompletionOptions { Tools = { Weather, Time } };
        ChatCompletion whole = await client.CompleteChatAsync([new UserChatMessage("Both")], options, Token);
        Assert.Equal(["get_weather", "get_time"], whole.ToolCalls.Select(call => call.FunctionName));

        var names = new SortedDictionary<int, string>();
        var ids = new SortedDictionary<int, string>();
        var arguments = new SortedDictionary<int, StringBuilder>();
        var pieces = 0;
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage("Both")], options, Token))
        {
            foreach (var piece in update.ToolCallUpdates)
            {
                pieces++;
                if (piece.FunctionName is { Length: > 0 })
                {
                    names[piece.Index] = piece.FunctionName;
                    ids[piece.Index] = piece.ToolCallId;
                    arguments[piece.Index] = new StringBuilder();
                }

                arguments[piece.Index].Append(piece.FunctionArgumentsUpdate);
            }
        }

        Assert.True(pieces > 4, $"{pieces} pieces");
        Assert.Equal(["get_weather", "get_time"], names.Values);
        Assert.Equal(2, ids.Values.Distinct().Count());
        Assert.Equal(
            whole.ToolCalls.Select(call => call.FunctionArguments.ToString()), arguments.Values.Select(text => text.ToString()));
    }

    [Fact]
    public async Task Structured_output_fits_its_schema()
    {
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                "city",
                BinaryData.FromString("""{"type":"object","properties":{"name":{"type":"string"},"people":{"type":"integer"}},"required":["name","people"],"additionalProperties":false}"""),
                jsonSchemaIsStrict: true),
        };

        ChatCompletion answer = await Chat("sdk/chat").CompleteChatAsync([new UserChatMessage("A city")], options, Token);

        var city = JsonElement.Parse(answer.Content[0].Text);
        Assert.Equal(JsonValueKind.String, city.GetProperty("name").ValueKind);
        Assert.Equal(JsonValueKind.Number, city.GetProperty("people").ValueKind);
    }

    [Theory]
    [InlineData("sdk/chat", "sk-pb-v1-wrong", 401, "authentication_error", null)]
    [InlineData("sdk/chat", "poor", 402, "insufficient_quota", null)]
    [InlineData("sdk/no-such-model", null, 400, "invalid_request_error", "model")]
    [InlineData("sdk/rejects", null, 400, "invalid_request_error", null)]
    [InlineData("sdk/fails", null, 502, "api_error", null)]
    public async Task Errors_have_the_status_and_type_that_users_of_the_SDK_know(
        string model, string? key, int status, string type, string? parameter)
    {
        foreach (var stream in new[] { false, true })
        {
            var client = Chat(model, key: key == "poor" ? fixture.PoorKey : key);
            var error = await Assert.ThrowsAsync<ClientResultException>(() => stream
                ? DrainAsync(client)
                : client.CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Token));

            Assert.Equal(status, error.Status);
            var body = JsonElement.Parse(error.GetRawResponse()!.Content).GetProperty("error");
            Assert.Equal(type, body.GetProperty("type").GetString());
            Assert.Equal(parameter, body.GetProperty("param").GetString());
        }
    }

    [Fact]
    public async Task A_wrong_value_is_refused_with_its_parameter()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Chat("sdk/chat").CompleteChatAsync(
            [new UserChatMessage("Hello")], new ChatCompletionOptions { Temperature = 3 }, Token));

        Assert.Equal(400, error.Status);
        Assert.Contains("temperature", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rate_limit_of_the_provider_tells_when_to_come_back()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() =>
            Chat("sdk/limited-1").CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Token));

        Assert.Equal(429, error.Status);
        Assert.True(error.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait));
        Assert.InRange(int.Parse(wait!, System.Globalization.CultureInfo.InvariantCulture), 1, 7);
    }

    [Theory]
    [InlineData("sdk/breaks")]
    [InlineData("sdk/cut")]
    public async Task A_stream_that_breaks_does_not_look_complete(string model)
    {
        var client = Chat(model);
        var finished = false;
        var text = new StringBuilder();

        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage("Hello")], cancellationToken: Token))
            {
                finished |= update.FinishReason == ChatFinishReason.Stop;
                text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            }
        });

        Assert.NotNull(error);
        Assert.False(finished);
        Assert.NotEqual("", text.ToString());
    }

    [Fact]
    public async Task A_stream_that_is_given_up_is_charged_for_what_arrived_only()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        string? id = null;
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in Chat("sdk/slow").CompleteChatStreamingAsync(
                [new UserChatMessage("Hello")], cancellationToken: patience.Token))
            {
                id = update.CompletionId;
                if (++seen == 5)
                {
                    await patience.CancelAsync();
                }
            }
        });

        var generation = await fixture.World.GenerationAsync(id!, Token);
        Assert.True(generation.GetProperty("cancelled").GetBoolean());
        Assert.InRange(generation.GetProperty("native_tokens_completion").GetInt32(), 1, 1000);
    }

    [Theory]
    [MemberData(nameof(BaseUrls))]
    public async Task The_list_of_models_can_be_read(string path)
    {
        var models = (await Client(path, null).GetOpenAIModelClient().GetModelsAsync(Token)).Value;

        Assert.Contains(models, model => model.Id == "sdk/chat");
        Assert.All(models, model => Assert.NotEqual(default, model.CreatedAt));
    }

    private static async Task DrainAsync(ChatClient client)
    {
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage("Hello")], cancellationToken: Token))
        {
            Assert.Null(update.FinishReason);
        }
    }

    private ChatClient Chat(string model, string path = "/api/v1", string? key = null) => Client(path, key).GetChatClient(model);

    private OpenAIClient Client(string path, string? key) => new(
        new ApiKeyCredential(key ?? World.MasterKey),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(fixture.World.Server.Address, path),
            RetryPolicy = new ClientRetryPolicy(0),
        });
}
