using Patchbay.Simulator.Hosting;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Hostile;

public sealed class FieldTests(HostileWorld fixture) : IClassFixture<HostileWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"temperature\":\"hot\"", "temperature")]
    [InlineData("\"temperature\":3", "temperature")]
    [InlineData("\"top_p\":true", "top_p")]
    [InlineData("\"top_p\":1.5", "top_p")]
    [InlineData("\"top_k\":1.5", "top_k")]
    [InlineData("\"min_p\":[]", "min_p")]
    [InlineData("\"frequency_penalty\":{}", "frequency_penalty")]
    [InlineData("\"presence_penalty\":\"1\"", "presence_penalty")]
    [InlineData("\"repetition_penalty\":-1", "repetition_penalty")]
    [InlineData("\"seed\":\"42\"", "seed")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"max_tokens\":-1", "max_tokens")]
    [InlineData("\"max_tokens\":1.5", "max_tokens")]
    [InlineData("\"max_tokens\":99999999999999999999999999", "max_tokens")]
    [InlineData("\"max_completion_tokens\":\"many\"", "max_completion_tokens")]
    [InlineData("\"logit_bias\":[1]", "logit_bias")]
    [InlineData("\"logprobs\":1", "logprobs")]
    [InlineData("\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"stop\":5", "stop")]
    [InlineData("\"stop\":[1]", "stop[0]")]
    [InlineData("\"stream\":\"yes\"", "stream")]
    [InlineData("\"stream_options\":[]", "stream_options")]
    [InlineData("\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage")]
    [InlineData("\"response_format\":\"json\"", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "response_format.type")]
    [InlineData("\"tools\":{}", "tools")]
    [InlineData("\"tools\":[1]", "tools[0]")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{}}]", "tools[0].function.name")]
    [InlineData("\"tool_choice\":7", "tool_choice")]
    [InlineData("\"parallel_tool_calls\":\"no\"", "parallel_tool_calls")]
    [InlineData("\"reasoning\":true", "reasoning")]
    [InlineData("\"reasoning\":{\"effort\":\"extreme\"}", "reasoning.effort")]
    [InlineData("\"modalities\":[\"smell\"]", "modalities[0]")]
    [InlineData("\"metadata\":{\"a\":1}", "metadata.a")]
    [InlineData("\"models\":\"test/echo\"", "models")]
    [InlineData("\"models\":[1]", "models[0]")]
    [InlineData("\"provider\":\"alpha\"", "provider")]
    [InlineData("\"provider\":{\"order\":\"alpha\"}", "provider.order")]
    [InlineData("\"provider\":{\"allow_fallbacks\":\"no\"}", "provider.allow_fallbacks")]
    [InlineData("\"provider\":{\"sort\":\"random\"}", "provider.sort")]
    [InlineData("\"provider\":{\"max_price\":{\"prompt\":[]}}", "provider.max_price.prompt")]
    [InlineData("\"provider\":{\"base_url\":\"http://127.0.0.1\"}", "provider.base_url")]
    [InlineData("\"plugins\":[{}]", "plugins[0].id")]
    [InlineData("\"user\":5", "user")]
    public async Task A_wrong_value_is_refused_and_the_field_is_named(string more, string field)
    {
        var response = await fixture.World.Api.ChatAsync("test/echo", Token, more);

        Assert.True(response.Status == 400, response.Body);
        Assert.Equal("invalid_request", response.ErrorCode);
        var error = response.Json.GetProperty("error");
        Assert.Equal(field, error.GetProperty("param").GetString());
        Assert.Equal(field, error.GetProperty("metadata").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("{\"model\":\"test/echo\"}", "messages")]
    [InlineData("{\"model\":\"test/echo\",\"messages\":{}}", "messages")]
    [InlineData("{\"model\":\"test/echo\",\"messages\":[]}", "messages")]
    [InlineData("{\"model\":\"test/echo\",\"messages\":[7]}", "messages[0]")]
    [InlineData("{\"model\":\"test/echo\",\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}", "messages[0].role")]
    [InlineData("{\"model\":\"test/echo\",\"messages\":[{\"role\":\"user\",\"content\":7}]}", "messages[0].content")]
    [InlineData("{\"model\":7,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "model")]
    [InlineData("{\"model\":\"\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "model")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "model")]
    public async Task A_wrong_message_or_model_is_refused_and_the_field_is_named(string body, string field)
    {
        var response = await fixture.World.Api.PostAsync("/api/v1/chat/completions", body, Token);

        Assert.True(response.Status == 400, response.Body);
        Assert.Equal(field, response.Json.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("no/such-model")]
    [InlineData("../../etc/passwd")]
    [InlineData("test/../test/echo")]
    [InlineData("test/echo\r\nX-Evil: 1")]
    [InlineData("test%2fecho")]
    [InlineData("test/echo?x=1")]
    [InlineData("test/echo#x")]
    [InlineData("test\\echo")]
    [InlineData("test/echo\0")]
    [InlineData("test//echo")]
    [InlineData("tеst/echo")] // a Cyrillic е
    [InlineData("test/ｅcho")] // a full-width e
    [InlineData("test/\u202eohce")]
    [InlineData("test/echo'; DROP TABLE generations;--")]
    [InlineData("{{7*7}}")]
    [InlineData("http://127.0.0.1/v1")]
    [InlineData("10 kB")]
    public async Task A_name_that_is_no_model_is_refused_and_nothing_is_asked_upstream(string model)
    {
        model = model == "10 kB" ? new string('a', 10_000) : model;
        var asked = fixture.World.Simulator.Log.Counters.Requests;

        var response = await fixture.World.Api.ChatAsync(model, Token);

        Assert.True(response.Status == 400, response.Body);
        Assert.Contains(response.ErrorCode, (string[])["model_not_found", "invalid_request"]);
        Assert.Null(response.Header("X-Evil"));
        Assert.InRange(response.Body.Length, 1, 4000);
        Assert.Equal(asked, fixture.World.Simulator.Log.Counters.Requests);
        Assert.DoesNotContain("\nX-Evil", fixture.World.Server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"base_url\":\"{0}\"")]
    [InlineData("\"api_base\":\"{0}\"")]
    [InlineData("\"api_key\":\"sk-mine\",\"base_url\":\"{0}\"")]
    [InlineData("\"extra_headers\":{\"Host\":\"{0}\",\"Authorization\":\"Bearer x\"}")]
    [InlineData("\"custom_llm_provider\":\"openai\",\"api_base\":\"{0}\"")]
    [InlineData("\"provider\":{\"options\":{\"base_url\":\"{0}\"}}")]
    public async Task No_field_of_the_request_chooses_the_host_or_the_key(string more)
    {
        await using var trap = await SimulatorHost.StartAsync(new SimulatorOptions(), Token);
        fixture.World.Simulator.Reset();

        var response = await fixture.World.Api.ChatAsync(
            "test/echo", Token, more.Replace("{0}", trap.BaseUrl("trap"), StringComparison.Ordinal));

        Assert.True(response.Status == 200, response.Body);
        Assert.Equal(0, trap.Log.Counters.Requests);
        var sent = Assert.Single(fixture.World.Simulator.Log.Requests);
        Assert.Equal("Bearer upstream-secret-alpha", sent.Header("Authorization"));
        Assert.Equal(new Uri(fixture.World.Simulator.BaseUrl()).Authority, sent.Header("Host"));
    }

    [Fact]
    public async Task No_header_of_the_request_chooses_the_host_or_reaches_the_provider()
    {
        await using var trap = await SimulatorHost.StartAsync(new SimulatorOptions(), Token);
        fixture.World.Simulator.Reset();
        var body = ApiClient.Chat("test/echo", stream: false);
        using var connection = await RawConnection.OpenAsync(fixture.World.Server.Address, Token);
        var address = new Uri(trap.BaseUrl()).Authority;
        await connection.SendAsync(
            $"POST /api/v1/chat/completions HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {World.MasterKey}\r\n" +
            $"X-Forwarded-Host: {address}\r\nX-Base-Url: http://{address}\r\nCookie: a=b\r\nX-Real-IP: 1.2.3.4\r\nX-Custom: 1\r\n" +
            $"Connection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}",
            Token);

        var (text, _) = await connection.ReadToEndAsync(TimeSpan.FromSeconds(20), Token);

        Assert.StartsWith("HTTP/1.1 200 ", text, StringComparison.Ordinal);
        Assert.Equal(0, trap.Log.Counters.Requests);
        var sent = Assert.Single(fixture.World.Simulator.Log.Requests);
        Assert.All(
            (string[])["X-Forwarded-Host", "X-Base-Url", "Cookie", "X-Real-IP", "X-Custom", "X-Forwarded-For"],
            name => Assert.Null(sent.Header(name)));
    }
}
