using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api.Tests;

public sealed class CallerDirectoryTests
{
    private readonly World _world = new();

    [Fact]
    public async Task Two_hundred_requests_at_once_cause_one_look_up()
    {
        var (text, key) = await _world.AddKeyAsync();
        var release = new TaskCompletionSource();
        _world.Keys.HoldLookups = release.Task;
        var requests = Enumerable.Range(0, 200).Select(_ => Task.Run(() => AuthenticateAsync(text))).ToArray();
        await Task.Yield();
        release.SetResult();

        var results = await Task.WhenAll(requests);

        Assert.Equal(1, _world.Keys.Lookups);
        Assert.All(results, result => Assert.Equal(key.Id, result.Caller?.Key?.Id));
        Assert.Single(results.Select(result => result.Caller).Distinct());
    }

    [Fact]
    public async Task An_unknown_key_is_looked_up_once_in_a_while()
    {
        var text = ApiKeyFormat.Create();
        for (var i = 0; i < 50; i++)
        {
            AssertRefused(await AuthenticateAsync(text), GatewayErrorKind.Unauthenticated, "not valid");
        }

        Assert.Equal(1, _world.Keys.Lookups);
        _world.Clock.Advance(TimeSpan.FromSeconds(4));
        AssertRefused(await AuthenticateAsync(text), GatewayErrorKind.Unauthenticated, "not valid");
        Assert.Equal(2, _world.Keys.Lookups);
    }

    [Fact]
    public async Task A_warm_key_outlives_the_database()
    {
        var (text, _) = await _world.AddKeyAsync();
        Assert.NotNull((await AuthenticateAsync(text)).Caller);
        Assert.NotNull((await AuthenticateAsync(World.Master)).Caller);
        _world.Database.IsDown = true;
        _world.Clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 3; i++)
        {
            Assert.NotNull((await AuthenticateAsync(text)).Caller);
            Assert.NotNull((await AuthenticateAsync(World.Master)).Caller);
        }
    }

    [Fact]
    public async Task A_cold_key_without_a_database_is_told_to_try_again_and_works_afterwards()
    {
        var (text, _) = await _world.AddKeyAsync();
        _world.Database.IsDown = true;
        foreach (var credential in new[] { text, World.Master })
        {
            var refused = await AuthenticateAsync(credential);
            AssertRefused(refused, GatewayErrorKind.AuthUnavailable, "cannot be checked");
            Assert.NotNull(refused.Error!.RetryAfter);
        }

        _world.Database.IsDown = false;
        Assert.NotNull((await AuthenticateAsync(text)).Caller);
        Assert.NotNull((await AuthenticateAsync(World.Master)).Caller);
    }

    [Fact]
    public async Task After_forgetting_the_next_request_sees_the_change()
    {
        var (text, key) = await _world.AddKeyAsync();
        Assert.NotNull((await AuthenticateAsync(text)).Caller);
        await _world.Keys.UpdateAsync(key with { Disabled = true }, CancellationToken.None);
        Assert.NotNull((await AuthenticateAsync(text)).Caller);
        _world.Callers.Forget(key.Hash);
        AssertRefused(await AuthenticateAsync(text), GatewayErrorKind.Unauthenticated, "disabled");
    }

    [Fact]
    public async Task A_look_up_that_began_before_a_change_is_not_remembered()
    {
        var (text, key) = await _world.AddKeyAsync(k => k with { Limit = new Money(1_000) });
        var release = new TaskCompletionSource();
        _world.Keys.HoldLookups = release.Task;
        var early = AuthenticateAsync(text);
        _world.Keys.HoldLookups = null;
        await _world.Keys.UpdateAsync(key with { Limit = new Money(10) }, CancellationToken.None);
        _world.Callers.Forget(key.Hash);

        var late = await AuthenticateAsync(text);
        release.SetResult();
        var stale = await early;

        Assert.Equal(new Money(1_000), stale.Caller?.Key?.Limit);
        Assert.Equal(new Money(10), late.Caller?.Key?.Limit);
        Assert.Equal(new Money(10), (await AuthenticateAsync(text)).Caller?.Key?.Limit);
        Assert.Equal(new Money(10), _world.Holds.GetAvailable(late.Caller!.Budgets));
        Assert.Equal(new Money(10), _world.Holds.GetAvailable(stale.Caller!.Budgets));
    }

    [Fact]
    public async Task A_key_works_until_it_expires()
    {
        var end = _world.Clock.GetUtcNow() + TimeSpan.FromSeconds(10);
        var (text, _) = await _world.AddKeyAsync(key => key with { ExpiresAt = end });
        _world.Clock.Set(end - TimeSpan.FromMilliseconds(1));
        Assert.NotNull((await AuthenticateAsync(text)).Caller);
        _world.Clock.Set(end);
        AssertRefused(await AuthenticateAsync(text), GatewayErrorKind.Unauthenticated, "expired");
    }

    [Fact]
    public async Task A_mistyped_key_is_refused_without_a_look_up()
    {
        var (text, _) = await _world.AddKeyAsync();
        for (var i = ApiKeyFormat.Prefix.Length; i < text.Length; i++)
        {
            var typo = text[..i] + (text[i] == 'x' ? 'y' : 'x') + text[(i + 1)..];
            AssertRefused(await AuthenticateAsync(typo), GatewayErrorKind.Unauthenticated, "not valid");
        }

        AssertRefused(await AuthenticateAsync(new string('x', 10_000)), GatewayErrorKind.Unauthenticated, "not valid");
        Assert.Equal(0, _world.Keys.Lookups);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Bearer")]
    [InlineData("Bearer   ")]
    public async Task No_key_is_not_a_wrong_key(string credential) =>
        AssertRefused(await AuthenticateAsync(credential), GatewayErrorKind.Unauthenticated, "Missing Authentication header");

    [Theory]
    [InlineData("{0}")]
    [InlineData("Bearer {0}")]
    [InlineData("bearer   {0} ")]
    public async Task The_scheme_is_optional_and_its_case_does_not_matter(string format)
    {
        var (text, _) = await _world.AddKeyAsync();
        Assert.NotNull((await AuthenticateAsync(string.Format(null, format, text))).Caller);
    }

    [Fact]
    public async Task A_changed_key_is_seen_in_the_background_after_a_while()
    {
        var (text, key) = await _world.AddKeyAsync();
        Assert.NotNull((await AuthenticateAsync(text)).Caller);
        await _world.Keys.DeleteAsync(key.Hash, key.OrganizationId, CancellationToken.None);
        _world.Clock.Advance(CallerDirectory.RefreshAfter + TimeSpan.FromSeconds(1));

        // The store answers at once, so the refresh that this request starts has ended when it returns.
        await AuthenticateAsync(text);
        AssertRefused(await AuthenticateAsync(text), GatewayErrorKind.Unauthenticated, "not valid");
    }

    [Fact]
    public async Task A_deleted_key_stops_however_many_unknown_keys_were_tried()
    {
        var (text, key) = await _world.AddKeyAsync();
        Assert.NotNull((await AuthenticateAsync(text)).Caller);
        for (var i = 0; i < 10_001; i++)
        {
            await AuthenticateAsync(ApiKeyFormat.Create());
        }

        await _world.Keys.DeleteAsync(key.Hash, key.OrganizationId, CancellationToken.None);
        _world.Clock.Advance(CallerDirectory.RefreshAfter + TimeSpan.FromSeconds(1));
        await AuthenticateAsync(text);
        AssertRefused(await AuthenticateAsync(text), GatewayErrorKind.Unauthenticated, "not valid");
    }

    [Fact]
    public async Task Roles_follow_the_key()
    {
        var plain = await _world.CallAsync((await _world.AddKeyAsync()).Text);
        var manager = await _world.CallAsync(await _world.AddManagementKeyAsync());
        var master = await _world.CallAsync(World.Master);
        Assert.Equal((true, false, false), (plain.CanInfer, plain.CanManage, plain.IsMaster));
        Assert.Equal((false, true, false), (manager.CanInfer, manager.CanManage, manager.IsMaster));
        Assert.Equal((true, true, true), (master.CanInfer, master.CanManage, master.IsMaster));
        Assert.Equal(_world.Tenant.Workspace.Id, master.WorkspaceId);
        Assert.Equal(
            GatewayErrorKind.Forbidden, new AuthenticationResult(manager, null).RequireInference().Error?.Kind);
    }

    private Task<AuthenticationResult> AuthenticateAsync(string credential) =>
        _world.Callers.AuthenticateAsync(credential).AsTask();

    private static void AssertRefused(AuthenticationResult result, GatewayErrorKind kind, string message)
    {
        Assert.Null(result.Caller);
        Assert.Equal(kind, result.Error?.Kind);
        Assert.Contains(message, result.Error?.Message, StringComparison.Ordinal);
    }
}
