using System.Text;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A world with a receiver of webhooks and a mail server, which looks at budgets all the time.</summary>
public sealed class AlertWorld : BudgetWorld
{
    public MailReceiver Mail { get; } = MailReceiver.Start();

    protected override WorldOptions Options => base.Options with
    {
        Yaml = $$"""
            alerts: { check_every: 100ms, retry_after: 100ms, allow_private_addresses: true }
            smtp: { host: 127.0.0.1, port: {{Mail.Port}}, security: none, from: gateway@example.com, user: gateway, password: very secret }
            """,
    };
}

/// <summary>Alerts from the request that causes them to the receiver that takes them.</summary>
public sealed class AlertTests(AlertWorld fixture) : IClassFixture<AlertWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_threshold_is_told_once_signed_and_in_order()
    {
        await using var receiver = await AlertReceiver.StartAsync(Token);
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        var secret = await AddAsync(receiver, workspace);
        using var key = await TestKey.CreateAsync(fixture.World, Token, $"\"workspace_id\":\"{workspace}\"");
        await fixture.SetAsync($"/workspaces/{workspace}/budgets/monthly", "0.01", Token);
        foreach (var (requests, percent) in ((int, int)[])[(5, 50), (3, 80), (2, 100)])
        {
            for (var i = 0; i < requests; i++)
            {
                Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
            }

            await Until.TrueAsync(() => Percents(receiver).Contains(percent), Token);
        }

        Assert.Equal(403, (await BudgetWorld.SpendAsync(key, Token)).Status);
        await WhenIdleAsync();
        Assert.Equal([50, 80, 100], Percents(receiver));
        Assert.All(receiver.Received, alert => Assert.True(alert.IsSignedBy(secret)));
        var told = receiver.Received.First().Json;
        Assert.Equal("budget.threshold", told.GetProperty("type").GetString());
        Assert.Equal(workspace, told.GetProperty("workspace_id").GetString());
        Assert.Equal("0.01", told.GetProperty("data").GetProperty("limit_usd").GetRawText());
        Assert.Equal("0.005", told.GetProperty("data").GetProperty("spent_usd").GetRawText());
        Assert.StartsWith("The monthly budget of workspace \"Team\" is 50 % used: $0.005 of $0.01.", told.GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_receiver_does_not_take_is_told_again_until_it_does_and_also_after_the_servers_death()
    {
        await using var receiver = await AlertReceiver.StartAsync(Token);
        receiver.Status = 500;
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        await AddAsync(receiver, workspace);
        using var key = await TestKey.CreateAsync(fixture.World, Token, $"\"workspace_id\":\"{workspace}\"");
        await fixture.SetAsync($"/workspaces/{workspace}/budgets/daily", "0.001", Token);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        await Until.TrueAsync(() => receiver.Received.Count >= 2, Token);
        var waiting = (await DeliveriesAsync()).First(delivery => delivery.GetProperty("workspace_id").GetString() == workspace);
        Assert.Equal("waiting", waiting.GetProperty("state").GetString());

        await fixture.World.Server.KillAsync();
        receiver.Status = 200;
        await fixture.World.StartServerAsync(Token);
        await Until.TrueAsync(() => receiver.Taken.Count >= 3, Token);
        await WhenIdleAsync();

        // None is lost, none is told twice: neither of those that were decided before nor by looking again.
        Assert.Equal([50, 80, 100], receiver.Taken.Select(PercentOf).Order());
        Assert.Equal(3, receiver.Received.Select(static alert => alert.Delivery).Distinct().Count());
    }

    [Fact]
    public async Task A_death_between_the_answer_and_the_alert_loses_no_alert()
    {
        await using var receiver = await AlertReceiver.StartAsync(Token);
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        await AddAsync(receiver, workspace);
        using var key = await TestKey.CreateAsync(fixture.World, Token, $"\"workspace_id\":\"{workspace}\"");
        await fixture.SetAsync($"/workspaces/{workspace}/budgets/weekly", "0.001", Token, ",\"alert_percents\":[100]");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        await fixture.World.Server.KillAsync();
        await fixture.World.StartServerAsync(Token);
        await Until.TrueAsync(() => !receiver.Received.IsEmpty, Token);
        await WhenIdleAsync();
        Assert.Single(receiver.Received.Select(static alert => alert.Json.GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_holds_up_no_other()
    {
        await using var silent = await AlertReceiver.StartAsync(Token);
        await using var prompt = await AlertReceiver.StartAsync(Token);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        silent.Gate = answer.Task;
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        await AddAsync(silent, workspace);
        await AddAsync(prompt, workspace);
        using var key = await TestKey.CreateAsync(fixture.World, Token, $"\"workspace_id\":\"{workspace}\"");
        await fixture.SetAsync($"/workspaces/{workspace}/budgets/daily", "0.002", Token, ",\"alert_percents\":[50,100]");
        foreach (var percent in (int[])[50, 100])
        {
            Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
            await Until.TrueAsync(() => Percents(prompt).Contains(percent) && Percents(silent).Contains(percent), Token);
        }

        // The second came while the first attempt at the other one was still open.
        Assert.Equal([50, 100], Percents(silent));
        answer.SetResult();
        await WhenIdleAsync();
        Assert.Equal([50, 100], Percents(prompt));
    }

    [Fact]
    public async Task A_test_alert_arrives_by_mail()
    {
        var made = await fixture.SendAsync("POST", "/alerts/targets", """{"type":"email","address":"owner@example.com"}""", Token);
        Assert.Equal((201, JsonValueKind.Null), (made.Status, made.Json.GetProperty("secret").ValueKind));
        var id = made.Json.GetProperty("data").GetProperty("id").GetString();
        var tested = await fixture.SendAsync("POST", $"/alerts/targets/{id}/test", null, Token);
        Assert.Equal(202, tested.Status);
        var alert = tested.Json.GetProperty("data").GetProperty("alert_id").GetString();
        await Until.TrueAsync(
            async () => (await DeliveriesAsync()).Any(delivery =>
                delivery.GetProperty("alert_id").GetString() == alert && delivery.GetProperty("state").GetString() == "delivered"),
            Token);
        Assert.Equal(429, (await fixture.SendAsync("POST", $"/alerts/targets/{id}/test", null, Token)).Status);
        Assert.Equal(200, (await fixture.SendAsync("DELETE", $"/alerts/targets/{id}", null, Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("POST", $"/alerts/targets/{id}/test", null, Token)).Status);

        var mail = fixture.Mail.Mails.Last();
        Assert.Contains("From: Patchbay <gateway@example.com>\n", mail, StringComparison.Ordinal);
        Assert.Contains("To: <owner@example.com>\n", mail, StringComparison.Ordinal);
        Assert.Contains($"Subject: =?utf-8?B?{Convert.ToBase64String("This is a test. Alerts of Patchbay will arr"u8)[..20]}", mail, StringComparison.Ordinal);
        var body = Encoding.UTF8.GetString(Convert.FromBase64String(mail[(mail.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]));
        Assert.StartsWith("This is a test. Alerts of Patchbay will arrive here.", body, StringComparison.Ordinal);
        Assert.Contains(alert!, body, StringComparison.Ordinal);
        Assert.Contains("AUTH PLAIN " + Convert.ToBase64String("\0gateway\0very secret"u8), fixture.Mail.Lines);
        Assert.Contains("RCPT TO:<owner@example.com>", fixture.Mail.Lines);
    }

    [Theory]
    [InlineData("webhook", "ftp://example.com/", "address")]
    [InlineData("webhook", "https://user:word@example.com/", "address")]
    [InlineData("webhook", "nonsense", "address")]
    [InlineData("email", "nobody", "address")]
    [InlineData("email", "A <a@example.com>", "address")]
    [InlineData("email", "a@[b c]", "address")]
    [InlineData("email", "a@[b\\r\\nRCPT TO:<c@example.com>]", "address")]
    [InlineData("email", "a@[b\\u007f]", "address")]
    [InlineData("pigeon", "https://example.com/", "type")]
    public async Task A_target_that_cannot_be_reached_is_refused(string type, string address, string name)
    {
        var refused = await fixture.SendAsync("POST", "/alerts/targets", $$"""{"type":"{{type}}","address":"{{address}}"}""", Token);
        Assert.Equal(400, refused.Status);
        Assert.StartsWith($"'{name}' ", refused.ErrorMessage, StringComparison.Ordinal);
    }

    private static List<int> Percents(AlertReceiver receiver) => [.. receiver.Received.Select(PercentOf)];

    private static int PercentOf(ReceivedAlert alert) => alert.Json.GetProperty("data").GetProperty("percent").GetInt32();

    // Only those of one workspace, so that tests do not hear of each other.
    private async Task<string> AddAsync(AlertReceiver receiver, string workspace)
    {
        var made = await fixture.SendAsync(
            "POST", "/alerts/targets", $$"""{"type":"webhook","address":"{{receiver.Address}}","workspace_id":"{{workspace}}"}""", Token);
        Assert.True(made.Status == 201, made.Body);
        return made.Json.GetProperty("secret").GetString()!;
    }

    private async Task<IReadOnlyList<JsonElement>> DeliveriesAsync() =>
        [.. (await fixture.SendAsync("GET", "/alerts/deliveries", null, Token)).Json.GetProperty("data").EnumerateArray()];

    // Nothing waits, and budgets were looked at a few times since.
    private async Task WhenIdleAsync()
    {
        await Until.TrueAsync(
            async () => (await DeliveriesAsync()).All(static delivery => delivery.GetProperty("state").GetString() != "waiting"), Token);
        await Task.Delay(500, Token);
    }
}

/// <summary>What the usual settings keep from leaving the network, where credits are prepaid.</summary>
public sealed class GuardedAlertWorld : BudgetWorld
{
    protected override WorldOptions Options => base.Options with { Yaml = "billing: { mode: marketplace }\nalerts: { check_every: 100ms }" };
}

/// <summary>Alerts with the usual settings.</summary>
public sealed class GuardedAlertTests(GuardedAlertWorld fixture) : IClassFixture<GuardedAlertWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("webhook", "http://example.com/", "'address' must be an https address.")]
    [InlineData("email", "owner@example.com", "'type' cannot be 'email': the operator has set no mail server (smtp.host).")]
    public async Task What_the_operator_did_not_allow_is_refused(string type, string address, string message)
    {
        var refused = await fixture.SendAsync("POST", "/alerts/targets", $$"""{"type":"{{type}}","address":"{{address}}"}""", Token);
        Assert.Equal((400, message), (refused.Status, refused.ErrorMessage));
    }

    [Fact]
    public async Task Low_credits_are_told_once_for_each_grant_and_never_to_this_machine()
    {
        using var http = AlertHost.Start();
        var made = await fixture.SendAsync("POST", "/alerts/targets", $$"""{"type":"webhook","address":"https://localhost:{{http.Port}}/"}""", Token);
        Assert.Equal(201, made.Status);
        await fixture.SendAsync("POST", "/credits/grants", """{"amount":0.01}""", Token);
        Assert.Equal(200, (await fixture.SendAsync("PUT", "/alerts/settings", """{"low_credits_usd":0.0095}""", Token)).Status);
        Assert.Equal("0.0095", (await fixture.SendAsync("GET", "/alerts/settings", null, Token)).Json.GetProperty("data").GetProperty("low_credits_usd").GetRawText());
        using var key = await TestKey.CreateAsync(fixture.World, Token);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        var told = await WhenToldAsync(1);
        Assert.Equal("The credits have fallen below $0.0095: $0.009 are left.", told[0].GetProperty("summary").GetString());
        await Until.TrueAsync(async () => (await WhenToldAsync(1))[0].GetProperty("problem").ValueKind == JsonValueKind.String, Token);
        Assert.Equal("the host has no public address", (await WhenToldAsync(1))[0].GetProperty("problem").GetString());
        Assert.False(http.WasReached);

        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        await fixture.SendAsync("POST", "/credits/grants", """{"amount":0.01}""", Token);
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        }

        Assert.Equal("The credits have fallen below $0.0095: $0.009 are left.", (await WhenToldAsync(2))[0].GetProperty("summary").GetString());
    }

    private async Task<IReadOnlyList<JsonElement>> WhenToldAsync(int count)
    {
        JsonElement[] found = [];
        await Until.TrueAsync(
            async () =>
            {
                found = [.. (await fixture.SendAsync("GET", "/alerts/deliveries", null, Token)).Json.GetProperty("data").EnumerateArray()];
                return found.Length >= count;
            },
            Token);
        Assert.Equal(count, found.Length);
        return found;
    }
}

/// <summary>Budgets and alerts where two servers share a database.</summary>
public sealed class ReplicaBudgetTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_budget_that_is_set_at_one_server_holds_at_both_together_and_is_told_once()
    {
        await using var receiver = await AlertReceiver.StartAsync(Token);
        await using var world = await ReplicaWorld.StartAsync(
            postgres, 2, Token, "alerts: { check_every: 100ms, retry_after: 100ms, allow_private_addresses: true }");
        using var master = new ApiClient(world.Servers[0].Address, World.MasterKey);
        var made = await master.PostAsync("/api/v1/alerts/targets", $$"""{"type":"webhook","address":"{{receiver.Address}}"}""", Token);
        Assert.True(made.Status == 201, made.Body);
        using var key = await world.CreateKeyAsync(Token);

        // Both know the workspace without a budget before it is set.
        Assert.Equal(200, (await SpendAsync(key, 0)).Status);
        Assert.Equal(200, (await SpendAsync(key, 1)).Status);
        var set = await master.SendAsync(
            HttpMethod.Put, "/api/v1/workspaces/default/budgets/monthly",
            new StringContent("""{"limit_usd":0.002}""", Encoding.UTF8, "application/json"), Token);
        Assert.True(set.Status == 200, set.Body);
        await Until.TrueAsync(async () => (await SpendAsync(key, 1)).Status == 403, Token);
        Assert.Equal(403, (await SpendAsync(key, 0)).Status);
        var spent = await world.CountAsync("SELECT sum(credits_nanos) FROM spending WHERE level = 1");

        // Room for exactly ten more, whoever gets them.
        set = await master.SendAsync(
            HttpMethod.Put, "/api/v1/workspaces/default/budgets/monthly",
            new StringContent($$"""{"limit_usd":{{((spent + 10_000_000) / 1_000_000_000m).ToString(System.Globalization.CultureInfo.InvariantCulture)}}}""", Encoding.UTF8, "application/json"), Token);
        Assert.True(set.Status == 200, set.Body);
        await Until.TrueAsync(async () => await world.CountAsync("SELECT limit_nanos FROM budget WHERE level = 1") == spent + 10_000_000, Token);
        var passed = 0;
        await Until.TrueAsync(
            async () =>
            {
                var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => SpendAsync(key, i % 2)));
                return (passed += responses.Count(static response => response.Status == 200)) >= 10;
            },
            Token);
        Assert.Equal(10, passed);
        Assert.Empty(await world.Books.AuditAsync(Token));

        await Until.TrueAsync(() => receiver.Taken.Any(alert => IsOf(alert, spent + 10_000_000, 100)), Token);
        await Task.Delay(500, Token);
        var told = receiver.Taken.Select(static alert => alert.Json.GetProperty("data"))
            .Select(static data => (data.GetProperty("limit_usd").GetRawText(), data.GetProperty("percent").GetInt32())).ToList();
        Assert.Equal(told.Distinct().Order(), told.Order());
        Assert.All((int[])[50, 80, 100], percent => Assert.Contains(receiver.Taken, alert => IsOf(alert, spent + 10_000_000, percent)));
    }

    [Fact]
    public async Task Alerts_go_on_after_an_outage_and_after_the_death_of_the_server_that_watches()
    {
        await using var receiver = await AlertReceiver.StartAsync(Token);
        await using var world = await ReplicaWorld.StartAsync(
            postgres, 2, Token,
            "alerts: { check_every: 100ms, retry_after: 100ms, allow_private_addresses: true }\nreplicas: { lease_lifetime: 2s }");
        using var master = new ApiClient(world.Servers[0].Address, World.MasterKey);
        Assert.Equal(201, (await master.PostAsync("/api/v1/alerts/targets", $$"""{"type":"webhook","address":"{{receiver.Address}}"}""", Token)).Status);
        using var key = await world.CreateKeyAsync(Token);
        await SetAsync(0, """{"limit_usd":0.002,"alert_percents":[50]}""");

        await world.BeginOutageAsync();
        await Until.TrueAsync(
            () => world.Servers.Any(static server => server.Output.Contains("Budgets and funds cannot be watched now", StringComparison.Ordinal)), Token);
        await world.EndOutageAsync(Token);
        await Until.TrueAsync(async () => (await SpendAsync(key, 0)).Status == 200, Token);
        await Until.TrueAsync(() => receiver.Taken.Any(static alert => IsOf(alert, 2_000_000, 50)), Token);

        // Nobody else looks, so that the next alert is another server's.
        var names = await Task.WhenAll(((int[])[0, 1]).Select(async i => Guid.Parse(await File.ReadAllTextAsync(world.NodeFileOf(i), Token))));
        var first = await world.CountAsync($"SELECT count(*) FROM node WHERE id < '{names[0]}'") == 0 ? 0 : 1;
        await world.Servers[first].KillAsync();
        await SetAsync(1 - first, """{"limit_usd":0.004,"alert_percents":[25]}""");

        // Each server of these tests has a key of its own for secrets, so that what is in the outbox counts.
        await Until.TrueAsync(async () => await world.CountAsync("SELECT count(*) FROM alert WHERE key LIKE '%/4000000/25'") == 1, Token);
        Assert.Equal(2, await world.CountAsync("SELECT count(*) FROM alert"));

        async Task SetAsync(int server, string budget)
        {
            using var client = new ApiClient(world.Servers[server].Address, World.MasterKey);
            var set = await client.SendAsync(
                HttpMethod.Put, "/api/v1/workspaces/default/budgets/monthly",
                new StringContent(budget, Encoding.UTF8, "application/json"), Token);
            Assert.True(set.Status == 200, set.Body);
        }
    }

    private static bool IsOf(ReceivedAlert alert, long limit, int percent)
    {
        var data = alert.Json.GetProperty("data");
        return TestKey.Nanos(data.GetProperty("limit_usd")) == limit && data.GetProperty("percent").GetInt32() == percent;
    }

    private static Task<ApiResponse> SpendAsync(ReplicaKey key, int server) =>
        key.At(server).ChatAsync("test/exact", Token, "\"max_tokens\":500");
}
