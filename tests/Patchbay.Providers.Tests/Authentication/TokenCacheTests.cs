using Patchbay.Core;

namespace Patchbay.Providers.Tests;

public sealed class TokenCacheTests
{
    private static readonly AuthSettings Application = new() { TenantId = "contoso", ClientId = "app", ClientSecret = "s3cr3t-value" };

    [Fact]
    public async Task A_hundred_requests_wait_for_one_token()
    {
        using var machine = new Machine();
        var release = new TaskCompletionSource();
        await using var server = await TokenServer.StartAsync(async _ =>
        {
            await release.Task;
            return (200, """{"access_token":"t1","expires_in":3600}""");
        });
        var credential = Entra(server);

        var waiting = Enumerable.Range(0, 100).Select(_ => machine.AuthorizationAsync(credential)).ToArray();
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        release.SetResult();
        var values = await Task.WhenAll(waiting);

        Assert.All(values, value => Assert.Equal("Bearer t1", value));
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_warm_token_is_added_at_once()
    {
        using var machine = new Machine();
        await using var server = await TokenServer.StartAsync(_ => (200, """{"access_token":"t1","expires_in":3600}"""));
        var credential = Entra(server);
        await machine.AuthorizationAsync(credential);
        using var request = new HttpRequestMessage();

        Assert.True(machine.AppliesAtOnce(credential, request, TestContext.Current.CancellationToken));
        Assert.Equal("Bearer t1", Assert.Single(request.Headers.GetValues("Authorization")));
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_token_is_renewed_before_it_expires_while_the_old_one_serves()
    {
        using var machine = new Machine();
        var count = 0;
        var release = new TaskCompletionSource();
        await using var server = await TokenServer.StartAsync(async _ =>
        {
            var number = Interlocked.Increment(ref count);
            if (number == 2)
            {
                await release.Task;
            }

            return (200, $$"""{"access_token":"t{{number}}","expires_in":3600}""");
        });
        var credential = Entra(server);
        Assert.Equal("Bearer t1", await machine.AuthorizationAsync(credential));

        machine.Clock.Advance(3600 - 301);
        Assert.Equal("Bearer t1", await machine.AuthorizationAsync(credential));
        Assert.Equal(1, count);
        machine.Clock.Advance(2);
        var during = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => machine.AuthorizationAsync(credential)));
        Assert.All(during, value => Assert.Equal("Bearer t1", value));
        release.SetResult();
        await UntilAsync(async () => await machine.AuthorizationAsync(credential) == "Bearer t2");

        Assert.Equal(2, count);
    }

    [Fact]
    public async Task An_expired_token_is_never_sent()
    {
        using var machine = new Machine();
        var count = 0;
        await using var server = await TokenServer.StartAsync(
            _ => (200, $$"""{"access_token":"t{{Interlocked.Increment(ref count)}}","expires_in":"3600"}"""));
        var credential = Entra(server);
        Assert.Equal("Bearer t1", await machine.AuthorizationAsync(credential));

        machine.Clock.Advance(3600 - 29);

        Assert.Equal("Bearer t2", await machine.AuthorizationAsync(credential));
    }

    [Fact]
    public async Task A_service_that_fails_for_a_moment_is_asked_again_within_the_same_request()
    {
        using var machine = new Machine();
        var count = 0;
        await using var server = await TokenServer.StartAsync(_ => Interlocked.Increment(ref count) switch
        {
            1 => (503, "busy"),
            2 => (429, "slow down"),
            _ => (200, """{"access_token":"t3","expires_in":3600}"""),
        });

        Assert.Equal("Bearer t3", await machine.AuthorizationAsync(Entra(server)));
        Assert.Empty(machine.Log.Lines);
    }

    [Fact]
    public async Task A_service_that_is_down_makes_the_provider_unreachable_and_is_left_alone_for_longer_each_time()
    {
        using var machine = new Machine();
        var up = false;
        await using var server = await TokenServer.StartAsync(_ => up
            ? (200, """{"access_token":"t1","expires_in":3600}""")
            : (500, "s3cr3t-value"));
        var credential = Entra(server);

        var first = await FailAsync(machine, credential);
        Assert.Equal(GatewayErrorKind.ProviderUnreachable, first.Kind);
        Assert.Contains("answered 500", first.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Calls.Count);

        await FailAsync(machine, credential);
        Assert.Equal(3, server.Calls.Count);
        machine.Clock.Advance(1);
        await FailAsync(machine, credential);
        Assert.Equal(6, server.Calls.Count);
        machine.Clock.Advance(1);
        await FailAsync(machine, credential);
        Assert.Equal(6, server.Calls.Count);

        up = true;
        machine.Clock.Advance(1);
        Assert.Equal("Bearer t1", await machine.AuthorizationAsync(credential));
        Assert.Equal(7, server.Calls.Count);
        Assert.Equal(3, machine.Log.Lines.Count);
        Assert.Contains("3000", machine.Log.Lines.First(), StringComparison.Ordinal);
        Assert.Contains("after 2 failures", machine.Log.Lines.Last(), StringComparison.Ordinal);
        Assert.All(machine.Log.Lines, line => Assert.DoesNotContain("s3cr3t", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_a_token_is_good_a_failing_service_does_no_harm()
    {
        using var machine = new Machine();
        var up = true;
        await using var server = await TokenServer.StartAsync(_ => up
            ? (200, """{"access_token":"t1","expires_in":3600}""")
            : (500, ""));
        var credential = Entra(server);
        await machine.AuthorizationAsync(credential);
        up = false;

        machine.Clock.Advance(3400);
        Assert.Equal("Bearer t1", await machine.AuthorizationAsync(credential));
        await UntilAsync(() => Task.FromResult(machine.Log.Lines.Count == 1));
        Assert.Equal("Bearer t1", await machine.AuthorizationAsync(credential));
        Assert.Equal(4, server.Calls.Count);
    }

    [Fact]
    public async Task Nobody_listening_makes_the_provider_unreachable()
    {
        using var machine = new Machine();
        var credential = Machine.Create("azure-entra", Application with { Authority = new Uri("http://127.0.0.1:1/") });

        var failure = await FailAsync(machine, credential);

        Assert.Equal(GatewayErrorKind.ProviderUnreachable, failure.Kind);
        Assert.Contains("127.0.0.1:1 cannot be reached", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client","error_description":"s3cr3t-value is wrong"}""", "answered 400 (invalid_client).")]
    [InlineData(401, """{"error":{"message":"s3cr3t-value"}}""", "answered 401.")]
    [InlineData(403, "<html>s3cr3t-value</html>", "answered 403.")]
    [InlineData(401, """{"error":"s3cr3t-value is wrong"}""", "answered 401.")]
    public async Task A_service_that_refuses_is_asked_once_and_only_its_code_is_shown(int status, string body, string expected)
    {
        using var machine = new Machine();
        await using var server = await TokenServer.StartAsync(_ => (status, body));

        var failure = await FailAsync(machine, Entra(server));

        Assert.Equal(GatewayErrorKind.ProviderAuth, failure.Kind);
        Assert.EndsWith(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", Assert.Single(machine.Log.Lines), StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData("<html>welcome to the hotel</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"access_token":""}""")]
    [InlineData("""{"access_token":"a\r\nX-Evil: 1"}""")]
    [InlineData("""{"access_token":7}""")]
    public async Task An_answer_without_a_usable_token_is_malformed(string body)
    {
        using var machine = new Machine();
        await using var server = await TokenServer.StartAsync(_ => (200, body));

        Assert.Equal(GatewayErrorKind.ProviderMalformed, (await FailAsync(machine, Entra(server))).Kind);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        using var machine = new Machine();
        await using var server = await TokenServer.StartAsync(_ => (200, new string(' ', 1024 * 1024)));

        Assert.Equal(GatewayErrorKind.ProviderMalformed, (await FailAsync(machine, Entra(server))).Kind);
    }

    [Fact]
    public async Task Who_gives_up_waiting_does_not_end_the_wait_of_others()
    {
        using var machine = new Machine();
        var release = new TaskCompletionSource();
        await using var server = await TokenServer.StartAsync(async _ =>
        {
            await release.Task;
            return (200, """{"access_token":"t1","expires_in":3600}""");
        });
        var credential = Entra(server);
        using var impatient = new CancellationTokenSource();
        using var request = new HttpRequestMessage();
        var first = credential.ApplyAsync(request, default, machine.Context, impatient.Token).AsTask();
        var second = machine.AuthorizationAsync(credential);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        Assert.Equal("Bearer t1", await second);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_unless_it_is_brand_new()
    {
        using var machine = new Machine();
        var count = 0;
        await using var server = await TokenServer.StartAsync(
            _ => (200, $$"""{"access_token":"t{{Interlocked.Increment(ref count)}}","expires_in":3600}"""));
        var credential = Entra(server);
        await machine.AuthorizationAsync(credential);

        credential.Refused(machine.Context);
        Assert.Equal("Bearer t1", await machine.AuthorizationAsync(credential));
        machine.Clock.Advance(30);
        credential.Refused(machine.Context);

        Assert.Equal("Bearer t2", await machine.AuthorizationAsync(credential));
    }

    [Fact]
    public async Task A_call_to_a_provider_carries_the_token_and_fails_as_the_token_service_does()
    {
        using var machine = new Machine();
        await using var server = await TokenServer.StartAsync(call => call.Path.StartsWith("/v1/", StringComparison.Ordinal)
            ? (call.Headers.Authorization == "Bearer t1" ? 200 : 401, "{}")
            : (200, """{"access_token":"t1","expires_in":3600}"""));
        using var watch = new DeadlineWatch();
        using var invoker = new UpstreamInvoker(new UpstreamLimits(), watch, machine.Context);
        var descriptor = new ProviderDescriptor
        {
            Slug = "acme",
            Name = "Acme",
            BaseUrl = new Uri(server.Address, "v1/"),
            Auth = "azure-entra",
            AuthSettings = Application with { Authority = server.Address },
        };

        foreach (var provider in (Provider[])[new OpenAiCompatibleProvider(descriptor), new OpenAiCompatibleProvider(descriptor)])
        {
            using var call = invoker.CreateCall();
            await invoker.SendAsync(call, provider, provider.ChatUri, "{}"u8.ToArray(), stream: false);
            Assert.Equal(200, call.Status);
        }

        var lost = new OpenAiCompatibleProvider(descriptor with { AuthSettings = new AuthSettings() });
        using var failed = invoker.CreateCall();
        var exception = await Assert.ThrowsAsync<CredentialException>(
            () => invoker.SendAsync(failed, lost, lost.ChatUri, "{}"u8.ToArray(), stream: false));
        Assert.Equal(GatewayErrorKind.ProviderAuth, UpstreamFault.Classify(exception, failed, false));
        Assert.Contains("AZURE_TENANT_ID", exception.Message, StringComparison.Ordinal);
    }

    private static Credential Entra(TokenServer server) =>
        Machine.Create("azure-entra", Application with { Authority = server.Address });

    private static Task<CredentialException> FailAsync(Machine machine, Credential credential) =>
        Assert.ThrowsAsync<CredentialException>(() => machine.ApplyAsync(credential));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Environment.TickCount64 + 30_000;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "The condition did not come true.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
