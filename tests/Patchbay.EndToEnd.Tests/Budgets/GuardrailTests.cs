using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Guardrails by their routes, their budgets and what they demand of endpoints.</summary>
public sealed class GuardrailTests(BudgetWorld fixture) : IClassFixture<BudgetWorld>
{
    // What the reference's own SDK requires of a guardrail, and knows besides.
    private static readonly string[] Members =
    [
        "id", "workspace_id", "name", "description", "limit_usd", "reset_interval", "include_byok_in_budgets", "allowed_models",
        "ignored_models", "allowed_providers", "ignored_providers", "allowed_data_regions", "enforce_zdr", "enforce_zdr_anthropic",
        "enforce_zdr_google", "enforce_zdr_openai", "enforce_zdr_other", "enforce_zdr_xai", "enable_free_model_publication",
        "enable_free_model_training", "enable_paid_model_training", "content_filters", "content_filter_builtins", "created_at",
        "updated_at",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_guardrail_is_made_listed_changed_and_deleted()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        var made = await MakeAsync(
            $$"""
            "name":"Team","workspace_id":"{{workspace}}","description":"What it is for","limit_usd":50,"reset_interval":"monthly",
            "include_byok_in_budgets":true,"allowed_models":["test/exact"],"enforce_zdr":true,"enforce_zdr_google":false,
            "content_filters":[],"content_filter_builtins":null,"allowed_data_regions":["global","us"]
            """);
        Assert.Equal(Members.Order(), made.EnumerateObject().Select(static member => member.Name).Order());
        Assert.Equal(("Team", "monthly", 50), (Text(made, "name"), Text(made, "reset_interval"), made.GetProperty("limit_usd").GetInt32()));
        Assert.True(made.GetProperty("enforce_zdr_other").GetBoolean());
        Assert.False(made.GetProperty("enforce_zdr_google").GetBoolean());
        Assert.Equal(JsonValueKind.Null, made.GetProperty("updated_at").ValueKind);

        var id = Text(made, "id");
        var listed = (await fixture.SendAsync("GET", $"/guardrails?workspace_id={workspace}&limit=1", null, Token)).Json;
        Assert.Equal((1, id), (listed.GetProperty("total_count").GetInt32(), Text(listed.GetProperty("data")[0], "id")));
        Assert.Equal(404, (await fixture.SendAsync("GET", $"/guardrails?workspace_id={Guid.CreateVersion7()}", null, Token)).Status);

        var changed = await ChangeAsync(id, "\"name\":\"Others\",\"limit_usd\":null,\"reset_interval\":null,\"allowed_models\":null");
        Assert.Equal(("Others", JsonValueKind.Null, JsonValueKind.Null), (
            Text(changed, "name"), changed.GetProperty("limit_usd").ValueKind, changed.GetProperty("allowed_models").ValueKind));
        Assert.Equal("What it is for", Text(changed, "description"));
        Assert.Equal(JsonValueKind.String, changed.GetProperty("updated_at").ValueKind);
        var read = (await fixture.SendAsync("GET", $"/guardrails/{id}", null, Token)).Json.GetProperty("data");
        Assert.Equal(changed.GetRawText(), read.GetRawText());

        Assert.Equal(200, (await fixture.SendAsync("DELETE", $"/guardrails/{id}", null, Token)).Status);
        foreach (var (method, path) in ((string, string)[])
            [("GET", ""), ("DELETE", ""), ("GET", "/assignments/keys"), ("GET", "/assignments/members")])
        {
            Assert.Equal(404, (await fixture.SendAsync(method, $"/guardrails/{id}{path}", null, Token)).Status);
        }

        Assert.Equal(404, (await fixture.SendAsync("PATCH", $"/guardrails/{id}", """{"name":"x"}""", Token)).Status);
    }

    [Theory]
    [InlineData("limit_usd", "5")]
    [InlineData("reset_interval", "\"daily\"")]
    [InlineData("limit_usd", "0,\"reset_interval\":\"daily\"")]
    [InlineData("limit_usd", "-1,\"reset_interval\":\"daily\"")]
    [InlineData("reset_interval", "\"hourly\"")]
    [InlineData("content_filters", """[{"action":"block","pattern":"x"}]""")]
    [InlineData("content_filter_builtins", """[{"action":"flag","slug":"email"}]""")]
    [InlineData("allowed_models", "[]")]
    [InlineData("allowed_models", "[\"nobody/nothing\"]")]
    [InlineData("ignored_providers", "[\"nobody\"]")]
    [InlineData("allowed_data_regions", "[\"europe\"]")]
    [InlineData("enable_free_model_publication", "false")]
    [InlineData("enforce_zdr", "\"yes\"")]
    [InlineData("name", "\"\"")]
    [InlineData("color", "\"red\"")]
    public async Task What_is_wrong_or_would_have_no_effect_is_refused_by_name(string name, string value)
    {
        var more = name == "name" ? "" : "\"name\":\"Team\",";
        var refused = await fixture.SendAsync("POST", "/guardrails", $$"""{{{more}}"{{name}}":{{value}}}""", Token);
        Assert.Equal(400, refused.Status);
        Assert.Contains($"'{name}", refused.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_and_members_have_one_guardrail_each_and_assigning_replaces_it()
    {
        var (one, two) = (Text(await MakeAsync("\"name\":\"One\""), "id"), Text(await MakeAsync("\"name\":\"Two\""), "id"));
        using var first = await TestKey.CreateAsync(fixture.World, Token);
        using var second = await TestKey.CreateAsync(fixture.World, Token);
        var user = await UserAsync();
        Assert.Equal(2, (await AssignAsync(one, "keys", first.Hash, second.Hash, first.Hash)).GetProperty("assigned_count").GetInt32());
        Assert.Equal(1, (await AssignAsync(two, "keys", second.Hash)).GetProperty("assigned_count").GetInt32());
        Assert.Equal(1, (await AssignAsync(two, "members", user)).GetProperty("assigned_count").GetInt32());

        var keys = (await fixture.SendAsync("GET", $"/guardrails/{one}/assignments/keys", null, Token)).Json;
        var item = keys.GetProperty("data")[0];
        Assert.Equal(1, keys.GetProperty("total_count").GetInt32());
        Assert.Equal((first.Hash, one, "test"), (Text(item, "key_hash"), Text(item, "guardrail_id"), Text(item, "key_name")));
        Assert.Equal(
            ["assigned_by", "created_at", "guardrail_id", "id", "key_hash", "key_label", "key_name"],
            item.EnumerateObject().Select(static member => member.Name).Order());
        var all = (await fixture.SendAsync("GET", "/guardrails/assignments/keys?limit=100", null, Token)).Json;
        Assert.Equal(2, all.GetProperty("data").EnumerateArray().Count(
            entry => Text(entry, "key_hash") == first.Hash || Text(entry, "key_hash") == second.Hash));
        var members = (await fixture.SendAsync("GET", "/guardrails/assignments/members", null, Token)).Json.GetProperty("data");
        var member = Assert.Single(members.EnumerateArray());
        Assert.Equal((two, user), (Text(member, "guardrail_id"), Text(member, "user_id")));

        Assert.Equal(404, (await PostAsync($"/guardrails/{one}/assignments/keys", "key_hashes", new string('0', 64))).Status);
        Assert.Equal(404, (await PostAsync($"/guardrails/{one}/assignments/members", "member_user_ids", one)).Status);
        Assert.Equal(404, (await PostAsync($"/guardrails/{Guid.CreateVersion7()}/assignments/keys", "key_hashes", first.Hash)).Status);
        Assert.Equal(400, (await fixture.SendAsync("POST", $"/guardrails/{one}/assignments/keys", """{"key_hashes":[]}""", Token)).Status);

        Assert.Equal(0, await RemoveAsync(one, "keys", second.Hash));
        Assert.Equal(1, await RemoveAsync(two, "keys", first.Hash, second.Hash));
        Assert.Equal(1, await RemoveAsync(two, "members", user));
        Assert.Equal(200, (await fixture.SendAsync("DELETE", $"/keys/{first.Hash}", null, Token)).Status);
        Assert.Equal(0, (await fixture.SendAsync("GET", $"/guardrails/{one}/assignments/keys", null, Token)).Json
            .GetProperty("total_count").GetInt32());
    }

    [Fact]
    public async Task A_budget_is_each_keys_own_counts_at_once_and_names_the_guardrail_that_refuses()
    {
        var id = Text(await MakeAsync("\"name\":\"Small\",\"limit_usd\":0.0024,\"reset_interval\":\"daily\""), "id");
        using var first = await TestKey.CreateAsync(fixture.World, Token);
        using var second = await TestKey.CreateAsync(fixture.World, Token, "\"limit\":5");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);
        await AssignAsync(id, "keys", first.Hash, second.Hash);

        // What the key spent before in the window counts.
        Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);
        await AssertRefusedAsync(first, id, "'Small'", "this key");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(second, Token)).Status);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(second, Token)).Status);
        await AssertRefusedAsync(second, id, "'Small'", "this key");
        Assert.Equal(4.998m, (await second.ReadAsync(Token)).GetProperty("limit_remaining").GetDecimal());

        // Raised, it counts from the next request on; so does being taken away, and being deleted.
        await ChangeAsync(id, "\"limit_usd\":0.0031,\"name\":\"Larger\"");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);
        await AssertRefusedAsync(first, id, "'Larger'", "this key", affordable: 50);
        await RemoveAsync(id, "keys", first.Hash);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(second, Token)).Status);
        await AssertRefusedAsync(second, id, "'Larger'", "this key", affordable: 50);
        Assert.Equal(200, (await fixture.SendAsync("DELETE", $"/guardrails/{id}", null, Token)).Status);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(second, Token)).Status);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task A_members_guardrail_counts_what_all_its_keys_spend()
    {
        var user = await UserAsync();
        using var first = await TestKey.CreateAsync(fixture.World, Token, $"\"creator_user_id\":\"{user}\"");
        using var second = await TestKey.CreateAsync(fixture.World, Token, $"\"creator_user_id\":\"{user}\"");
        using var nobodys = await TestKey.CreateAsync(fixture.World, Token);
        var id = Text(
            await MakeAsync($"\"name\":\"Person\",\"limit_usd\":{Dollars(await SpentByOwnerAsync() + 2_400_000)},\"reset_interval\":\"monthly\""), "id");
        await AssignAsync(id, "members", user);
        try
        {
            Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);
            Assert.Equal(200, (await BudgetWorld.SpendAsync(second, Token)).Status);
            await AssertRefusedAsync(first, id, "'Person'", "this member");
            await AssertRefusedAsync(second, id, "'Person'", "this member");
            Assert.Equal(200, (await BudgetWorld.SpendAsync(nobodys, Token)).Status);
        }
        finally
        {
            await fixture.SendAsync("DELETE", $"/guardrails/{id}", null, Token);
        }

        Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);
    }

    [Fact]
    public async Task A_workspaces_default_guardrail_is_made_when_it_is_configured_and_holds_for_all_its_traffic()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        var id = Text((await fixture.SendAsync("GET", $"/workspaces/{workspace}", null, Token)).Json.GetProperty("data"), "default_guardrail_id");
        Assert.Equal(404, (await fixture.SendAsync("GET", $"/guardrails/{id}", null, Token)).Status);
        var inside = $"\"workspace_id\":\"{workspace}\"";
        using var plain = await TestKey.CreateAsync(fixture.World, Token, inside);
        using var first = await TestKey.CreateAsync(fixture.World, Token, $"{inside},\"creator_user_id\":\"{await UserAsync()}\"");
        using var second = await TestKey.CreateAsync(fixture.World, Token, $"{inside},\"creator_user_id\":\"{await UserAsync()}\"");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);

        var refused = await fixture.SendAsync("PATCH", $"/guardrails/{id}", """{"name":"Mine"}""", Token);
        Assert.Equal(400, refused.Status);
        var made = await ChangeAsync(id, "\"limit_usd\":0.0034,\"reset_interval\":\"weekly\"");
        Assert.Equal(($"Workspace {workspace} Default", workspace, id), (Text(made, "name"), Text(made, "workspace_id"), Text(made, "id")));

        // Each key has 0.0034, and so has the member in this workspace, whatever it spends in others.
        Assert.Equal(200, (await BudgetWorld.SpendAsync(first, Token)).Status);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(second, Token)).Status);
        await AssertRefusedAsync(second, id, "Default'", "this member in this workspace");
        await AssertRefusedAsync(first, id, "Default'", "this member in this workspace");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await BudgetWorld.SpendAsync(plain, Token)).Status);
        }

        await AssertRefusedAsync(plain, id, "Default'", "this key");

        // Deleted, it is as before it was configured.
        Assert.Equal(200, (await fixture.SendAsync("DELETE", $"/guardrails/{id}", null, Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("GET", $"/guardrails/{id}", null, Token)).Status);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(plain, Token)).Status);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    [Fact]
    public async Task Of_a_hundred_requests_at_once_exactly_ten_fit()
    {
        var id = Text(await MakeAsync("\"name\":\"Cent\",\"limit_usd\":0.01,\"reset_interval\":\"weekly\""), "id");
        using var key = await TestKey.CreateAsync(fixture.World, Token);
        await AssignAsync(id, "keys", key.Hash);
        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => BudgetWorld.SpendAsync(key, Token)));
        Assert.Equal((10, 90), (responses.Count(static r => r.Status == 200), responses.Count(static r => r.Status == 403)));
        Assert.Equal(10_000_000, await key.UsageAsync(Token));
    }

    [Theory]
    [InlineData("\"ignored_models\":[\"test/exact\"]", "ignored_models")]
    [InlineData("\"allowed_models\":[\"test/exact:free\"]", "allowed_models")]
    [InlineData("\"allowed_providers\":[\"openai\"]", "allowed_providers")]
    [InlineData("\"enforce_zdr_other\":true", "enforce_zdr")]
    [InlineData("\"enable_paid_model_training\":false", "enable_model_training")]
    public async Task What_a_guardrail_demands_of_endpoints_holds_from_the_next_request_on_and_is_named(string rule, string name)
    {
        var id = Text(await MakeAsync("\"name\":\"Rules\""), "id");
        using var key = await TestKey.CreateAsync(fixture.World, Token);
        await AssignAsync(id, "keys", key.Hash);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);

        await ChangeAsync(id, rule);
        var refused = await BudgetWorld.SpendAsync(key, Token);
        Assert.Equal(404, refused.Status);
        Assert.Contains($"{name} of guardrail 'Rules'", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, TestKey.Nanos((await key.ReadAsync(Token)).GetProperty("usage")) % 1_000_000);

        await RemoveAsync(id, "keys", key.Hash);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
    }

    [Fact]
    public async Task Several_guardrails_hold_together()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        var standard = Text((await fixture.SendAsync("GET", $"/workspaces/{workspace}", null, Token)).Json.GetProperty("data"), "default_guardrail_id");
        var own = Text(await MakeAsync("\"name\":\"Own\",\"allowed_models\":[\"test/exact\"]"), "id");
        using var key = await TestKey.CreateAsync(fixture.World, Token, $"\"workspace_id\":\"{workspace}\"");
        await AssignAsync(own, "keys", key.Hash);
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
        await ChangeAsync(standard, "\"ignored_models\":[\"test/exact\"]");
        Assert.Equal(404, (await BudgetWorld.SpendAsync(key, Token)).Status);
        await ChangeAsync(standard, "\"ignored_models\":null");
        Assert.Equal(200, (await BudgetWorld.SpendAsync(key, Token)).Status);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static string Dollars(long nanos) => (nanos / 1_000_000_000m).ToString(CultureInfo.InvariantCulture);

    private static async Task AssertRefusedAsync(TestKey key, string id, string name, string whose, int affordable = 200)
    {
        var refused = await BudgetWorld.SpendAsync(key, Token);
        Assert.Equal((403, "budget_exceeded"), (refused.Status, refused.ErrorCode));
        Assert.Equal("guardrail", refused.Json.GetProperty("error").GetProperty("metadata").GetProperty("limit_source").GetString());
        foreach (var part in (string[])[id, name, whose + " leaves", $"can only afford {affordable}:"])
        {
            Assert.Contains(part, refused.ErrorMessage, StringComparison.Ordinal);
        }
    }

    private async Task<JsonElement> MakeAsync(string members)
    {
        var response = await fixture.SendAsync("POST", "/guardrails", $$"""{{{members}}}""", Token);
        Assert.True(response.Status == 201, response.Body);
        return response.Json.GetProperty("data");
    }

    private async Task<JsonElement> ChangeAsync(string id, string members)
    {
        var response = await fixture.SendAsync("PATCH", $"/guardrails/{id}", $$"""{{{members}}}""", Token);
        Assert.True(response.Status == 200, response.Body);
        return response.Json.GetProperty("data");
    }

    private Task<ApiResponse> PostAsync(string path, string member, params string[] names) => fixture.SendAsync(
        "POST", path, $$"""{"{{member}}":[{{string.Join(',', names.Select(static name => $"\"{name}\""))}}]}""", Token);

    private async Task<JsonElement> AssignAsync(string id, string subjects, params string[] names)
    {
        var response = await PostAsync(
            $"/guardrails/{id}/assignments/{subjects}", subjects == "keys" ? "key_hashes" : "member_user_ids", names);
        Assert.True(response.Status == 200, response.Body);
        return response.Json;
    }

    private async Task<int> RemoveAsync(string id, string subjects, params string[] names)
    {
        var response = await PostAsync(
            $"/guardrails/{id}/assignments/{subjects}/remove", subjects == "keys" ? "key_hashes" : "member_user_ids", names);
        Assert.True(response.Status == 200, response.Body);
        return response.Json.GetProperty("unassigned_count").GetInt32();
    }

    // By a budget that is far away.
    private async Task<long> SpentByOwnerAsync()
    {
        var set = await fixture.SetAsync("/budgets/member/me/lifetime", "1000000", Token);
        return TestKey.Nanos(set.Json.GetProperty("data").GetProperty("spent_usd"));
    }

    private async Task<string> UserAsync()
    {
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(fixture.World.Data, "patchbay.db")};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT lower(hex(user_id)) FROM member";
        return Guid.ParseExact((string)(await command.ExecuteScalarAsync(Token))!, "N").ToString("D");
    }
}
