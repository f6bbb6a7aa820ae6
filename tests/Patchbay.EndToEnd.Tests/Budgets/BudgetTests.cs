using System.Text.Json;
using Microsoft.Data.Sqlite;
using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Budgets of workspaces, members and the organization, from setting them to the refusals that they cause.</summary>
public sealed class BudgetTests(BudgetWorld fixture) : IClassFixture<BudgetWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData("organization", 403, "budget_exceeded")]
    [InlineData("workspace", 403, "budget_exceeded")]
    [InlineData("member", 403, "budget_exceeded")]
    [InlineData("key", 402, "key_limit_exceeded")]
    public async Task Each_level_refuses_in_its_own_name_and_says_what_is_left(string level, int status, string code)
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        var more = $"\"workspace_id\":\"{workspace}\",\"creator_user_id\":\"{await UserAsync()}\"";
        using var key = await TestKey.CreateAsync(World, Token, level == "key" ? more + ",\"limit\":0.0024" : more);
        var path = level switch
        {
            "organization" => $"/budgets/organization/{await OrganizationAsync()}/lifetime",
            "workspace" => $"/workspaces/{workspace}/budgets/lifetime",
            _ => "/budgets/member/me/lifetime",
        };
        if (level != "key")
        {
            var spent = level == "workspace" ? 0 : await SpentAsync(level);
            await fixture.SetAsync(path, Dollars(spent + 2_400_000), Token);
        }

        try
        {
            Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
            Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
            var refused = await BudgetWorld.SpendAsync(key, Token);
            Assert.Equal((status, code), (refused.Status, refused.ErrorCode));
            Assert.Equal(level, refused.Json.GetProperty("error").GetProperty("metadata").GetProperty("limit_source").GetString());
            Assert.Contains("can only afford 200", refused.ErrorMessage, StringComparison.Ordinal);
            Assert.Contains($"the {level}'s {(level == "key" ? "limit" : "budget")} leaves $0.0004", refused.ErrorMessage, StringComparison.Ordinal);

            // What the key itself has is its own affair.
            var own = await key.ReadAsync(Token);
            Assert.Equal(2_000_000, TestKey.Nanos(own.GetProperty("usage")));
            Assert.Equal(level == "key", own.GetProperty("limit_remaining").ValueKind == JsonValueKind.Number);
        }
        finally
        {
            if (level != "key")
            {
                Assert.Equal(200, (await fixture.SendAsync("DELETE", path, null, Token)).Status);
            }
        }

        Assert.Equal(level == "key" ? status : 200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task Of_a_hundred_requests_at_once_exactly_ten_fit_into_a_workspaces_cent_whatever_its_keys()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        await fixture.SetAsync($"/workspaces/{workspace}/budgets/daily", "0.01", Token);
        var keys = new List<TestKey>();
        for (var i = 0; i < 4; i++)
        {
            keys.Add(await TestKey.CreateAsync(World, Token, $"\"workspace_id\":\"{workspace}\""));
        }

        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => BudgetWorld.SpendAsync(keys[i % 4], Token)));
        Assert.Equal((10, 90), (responses.Count(r => r.Status == 200), responses.Count(r => r.Status == 403)));
        var budget = (await fixture.SendAsync("GET", $"/workspaces/{workspace}/budgets/daily", null, Token)).Json.GetProperty("data");
        Assert.Equal(10_000_000, TestKey.Nanos(budget.GetProperty("spent_usd")));
        Assert.Equal(0, TestKey.Nanos(budget.GetProperty("remaining_usd")));

        // Raised, it counts at once; so does a lower one.
        await fixture.SetAsync($"/workspaces/{workspace}/budgets/daily", "0.011", Token);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(keys[0], Token)).Status);
        Assert.Equal(403, (await BudgetWorld.SpendAsync(keys[1], Token)).Status);
        keys.ForEach(static key => key.Dispose());
    }

    [Fact]
    public async Task Budgets_are_set_read_listed_and_removed_as_the_reference_says()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        var path = $"/workspaces/{workspace}/budgets";
        var empty = (await fixture.SendAsync("GET", path, null, Token)).Json;
        Assert.Equal(0, empty.GetProperty("data").GetArrayLength());
        Assert.False(empty.GetProperty("include_byok_in_budgets").GetBoolean());
        Assert.Equal(404, (await fixture.SendAsync("GET", path + "/monthly", null, Token)).Status);

        var set = (await fixture.SetAsync(path + "/monthly", "100.000000001", Token)).Json.GetProperty("data");
        Assert.Equal(workspace, set.GetProperty("workspace_id").GetString());
        Assert.Equal("monthly", set.GetProperty("reset_interval").GetString());
        Assert.Equal("100.000000001", set.GetProperty("limit_usd").GetRawText());
        Assert.True(set.GetProperty("id").TryGetGuid(out _));
        Assert.Equal(set.GetProperty("created_at").GetString(), set.GetProperty("updated_at").GetString());

        // Said again nothing changes; the flag is the workspace's, not one budget's.
        var again = (await fixture.SetAsync(path + "/monthly", "1.00000000001e2", Token)).Json;
        Assert.Equal(set.GetProperty("id").GetString(), again.GetProperty("data").GetProperty("id").GetString());
        var lifetime = (await fixture.SetAsync(path + "/lifetime", "1000", Token, ",\"include_byok_in_budgets\":true")).Json;
        Assert.Equal(JsonValueKind.Null, lifetime.GetProperty("data").GetProperty("reset_interval").ValueKind);
        Assert.True(lifetime.GetProperty("include_byok_in_budgets").GetBoolean());
        var monthly = (await fixture.SendAsync("GET", path + "/monthly", null, Token)).Json;
        Assert.True(monthly.GetProperty("include_byok_in_budgets").GetBoolean());
        Assert.Equal(0, monthly.GetProperty("data").GetProperty("forecast").GetProperty("based_on_days").GetInt32());
        var shown = (await fixture.SendAsync("GET", $"/workspaces/{workspace}", null, Token)).Json.GetProperty("data");
        Assert.True(shown.GetProperty("include_byok_in_budgets").GetBoolean());

        await fixture.SetAsync(path + "/daily", "5", Token, ",\"alert_percents\":[90,10]");
        var all = (await fixture.SendAsync("GET", path, null, Token)).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["daily", "monthly", null], all.Select(static budget => budget.GetProperty("reset_interval").GetString()));
        Assert.Equal("[10,90]", all[0].GetProperty("alert_percents").GetRawText());
        var native = (await fixture.SendAsync("GET", "/budgets", null, Token)).Json.GetProperty("data").EnumerateArray()
            .Where(budget => budget.GetProperty("scope_id").GetString() == workspace).ToList();
        Assert.Equal(["daily", "monthly", "lifetime"], native.Select(static budget => budget.GetProperty("interval").GetString()));

        for (var i = 0; i < 2; i++)
        {
            var removed = await fixture.SendAsync("DELETE", path + "/daily", null, Token);
            Assert.Equal((200, """{"deleted":true}"""), (removed.Status, removed.Body));
        }

        Assert.Equal(404, (await fixture.SendAsync("GET", path + "/daily", null, Token)).Status);
    }

    [Theory]
    [InlineData("weekly", "100", "'limit_usd' of the weekly budget must be less than the monthly budget, which is $100.")]
    [InlineData("weekly", "5", "'limit_usd' of the weekly budget must be more than the daily budget, which is $5.")]
    [InlineData("lifetime", "99.999999999", "'limit_usd' of the lifetime budget must be more than the monthly budget, which is $100.")]
    [InlineData("daily", "100", "'limit_usd' of the daily budget must be less than the monthly budget, which is $100.")]
    [InlineData("daily", "0", "'limit_usd' must be greater than 0.")]
    [InlineData("daily", "-1", "'limit_usd' must be a number of dollars from 0 to 9000000000 with at most nine decimals, or null.")]
    [InlineData("daily", "null", "'limit_usd' must be a number of dollars.")]
    [InlineData("daily", "\"5\"", "'limit_usd' must be a number of dollars from 0 to 9000000000 with at most nine decimals, or null.")]
    [InlineData("daily", "1,\"alert_percents\":[101]", "'alert_percents' must be a list of at most 10 whole numbers from 1 to 100.")]
    [InlineData("daily", "1,\"alert_percents\":[5,5]", "'alert_percents' must not name a percentage twice.")]
    [InlineData("hourly", "1", "'interval' must be 'daily', 'weekly', 'monthly' or 'lifetime'.")]
    public async Task A_budget_that_cannot_be_names_what_is_wrong_and_changes_nothing(string interval, string limit, string message)
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        var path = $"/workspaces/{workspace}/budgets";
        await fixture.SetAsync(path + "/daily", "5", Token);
        await fixture.SetAsync(path + "/monthly", "100", Token);
        var refused = await fixture.SendAsync("PUT", $"{path}/{interval}", $$"""{"limit_usd":{{limit}}}""", Token);
        Assert.Equal((400, message), (refused.Status, refused.ErrorMessage));
        var all = (await fixture.SendAsync("GET", path, null, Token)).Json.GetProperty("data").EnumerateArray();
        Assert.Equal(["5", "100"], all.Select(static budget => budget.GetProperty("limit_usd").GetRawText()));
    }

    [Fact]
    public async Task What_is_no_workspace_member_or_level_of_the_organization_is_refused()
    {
        var nobody = Guid.CreateVersion7();
        Assert.Equal(404, (await fixture.SendAsync("GET", $"/workspaces/{nobody}/budgets", null, Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("PUT", $"/workspaces/nobody/budgets/daily", """{"limit_usd":1}""", Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("PUT", $"/budgets/member/{nobody}/daily", """{"limit_usd":1}""", Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("PUT", $"/budgets/organization/{nobody}/daily", """{"limit_usd":1}""", Token)).Status);
        Assert.Equal(400, (await fixture.SendAsync("PUT", $"/budgets/key/{nobody}/daily", """{"limit_usd":1}""", Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("GET", $"/forecast/key/{nobody}", null, Token)).Status);
        using var key = await TestKey.CreateAsync(World, Token);
        Assert.Equal(403, (await key.Api.GetAsync("/api/v1/budgets", Token)).Status);
    }

    [Fact]
    public async Task What_the_command_line_sets_counts_in_the_running_server_within_seconds()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        using var key = await TestKey.CreateAsync(World, Token, $"\"workspace_id\":\"{workspace}\"");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        foreach (var (arguments, status) in ((string[], int)[])[(["set", "--limit", "0.001"], 403), (["remove"], 200)])
        {
            var run = await Cli.RunAsync(
                ["budgets", .. arguments, "--workspace", workspace, "--interval", "daily", "--data", World.Data], Cli.NoEnvironment, Token);
            Assert.True(run.ExitCode == 0, run.Text);
            await Until.TrueAsync(async () => (await BudgetWorld.SpendAsync(key, Token)).Status == status, Token);
        }
    }

    [Theory]
    [InlineData("GET", "/workspaces")]
    [InlineData("POST", "/workspaces")]
    [InlineData("GET", "/workspaces/default")]
    [InlineData("PATCH", "/workspaces/default")]
    [InlineData("DELETE", "/workspaces/default")]
    [InlineData("GET", "/workspaces/default/budgets")]
    [InlineData("GET", "/workspaces/default/budgets/daily")]
    [InlineData("PUT", "/workspaces/default/budgets/daily")]
    [InlineData("DELETE", "/workspaces/default/budgets/daily")]
    [InlineData("GET", "/budgets")]
    [InlineData("GET", "/budgets/member/me")]
    [InlineData("PUT", "/budgets/member/me/daily")]
    [InlineData("DELETE", "/budgets/member/me/daily")]
    [InlineData("GET", "/forecast/member/me")]
    [InlineData("GET", "/alerts/targets")]
    [InlineData("POST", "/alerts/targets")]
    [InlineData("DELETE", "/alerts/targets/00000000-0000-7000-8000-000000000000")]
    [InlineData("POST", "/alerts/targets/00000000-0000-7000-8000-000000000000/test")]
    [InlineData("GET", "/alerts/deliveries")]
    [InlineData("GET", "/alerts/settings")]
    [InlineData("PUT", "/alerts/settings")]
    public async Task Only_who_may_manage_is_answered(string method, string path)
    {
        using var key = await TestKey.CreateAsync(World, Token);
        using var nobody = new ApiClient(World.Server.Address, null);
        foreach (var (client, status) in ((ApiClient, int)[])[(key.Api, 403), (nobody, 401)])
        {
            var body = method is "GET" or "DELETE" ? null : new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
            Assert.Equal(status, (await client.SendAsync(new HttpMethod(method), "/api/v1" + path, body, Token)).Status);
        }
    }

    [Fact]
    public async Task A_forecast_goes_by_the_last_full_days()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        using var key = await TestKey.CreateAsync(World, Token, $"\"workspace_id\":\"{workspace}\"");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        foreach (var path in (string[])[$"/forecast/workspace/{workspace}", $"/forecast/key/{key.Hash}"])
        {
            var forecast = (await fixture.SendAsync("GET", path, null, Token)).Json.GetProperty("data");
            Assert.Equal(1_000_000, TestKey.Nanos(forecast.GetProperty("spent_usd")));
            Assert.Equal(1_000_000, TestKey.Nanos(forecast.GetProperty("expected_usd")));
            Assert.Equal(0, forecast.GetProperty("based_on_days").GetInt32());
        }
    }

    private static string Dollars(long nanos) =>
        (nanos / 1_000_000_000m).ToString(System.Globalization.CultureInfo.InvariantCulture);

    // By a budget that is far away.
    private async Task<long> SpentAsync(string level)
    {
        var id = level == "member" ? "me" : await OrganizationAsync();
        var set = await fixture.SetAsync($"/budgets/{level}/{id}/lifetime", "1000000", Token);
        return TestKey.Nanos(set.Json.GetProperty("data").GetProperty("spent_usd"));
    }

    private async Task<string> UserAsync() => await ReadAsync("SELECT lower(hex(user_id)) FROM member");

    private async Task<string> OrganizationAsync() => await ReadAsync("SELECT lower(hex(id)) FROM organization");

    private async Task<string> ReadAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(World.Data, "patchbay.db")};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Guid.ParseExact((string)(await command.ExecuteScalarAsync(Token))!, "N").ToString("D");
    }
}
