using System.Security.Cryptography;
using Patchbay.Billing;

namespace Patchbay.Storage.Tests;

public abstract class IdempotencyCompliance(TestDatabase database) : StorageCompliance(database)
{
    private static readonly IdempotentRequest Request = new(
        "organization POST /keys", "order-1", SHA256.HashData("body"u8), Guid.CreateVersion7());

    [Fact]
    public async Task Of_fifty_at_once_one_goes_on()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Storage.Idempotency.ClaimAsync(Request, Token)));
        var granted = Assert.Single(claims, claim => claim.State == ClaimState.Granted);
        Assert.False(granted.IsRepeat);
        Assert.All(claims, claim => Assert.Equal(granted.Id, claim.Id));
        Assert.Equal(49, claims.Count(claim => claim.State == ClaimState.Running));
    }

    [Fact]
    public async Task The_answer_is_kept_for_24_hours()
    {
        var first = await Storage.Idempotency.ClaimAsync(Request, Token);
        await Storage.Idempotency.FinishAsync(Request, first.Id, 201, [1, 2, 3], Token);
        Database.Clock.Now += TimeSpan.FromHours(23);
        Assert.Equal(0, await Storage.Idempotency.ForgetOldAsync(Token));
        var second = await Storage.Idempotency.ClaimAsync(Request, Token);
        Assert.Equal((ClaimState.Answered, first.Id, 201), (second.State, second.Id, second.Status));
        Assert.Equal<byte>([1, 2, 3], second.Response!);

        Database.Clock.Now += TimeSpan.FromHours(2);
        var late = await Storage.Idempotency.ClaimAsync(Request, Token);
        Assert.Equal(ClaimState.Granted, late.State);
        Assert.NotEqual(first.Id, late.Id);
        Database.Clock.Now += TimeSpan.FromHours(24);
        Assert.Equal(1, await Storage.Idempotency.ForgetOldAsync(Token));
    }

    [Fact]
    public async Task Another_content_is_told_apart_and_another_route_is_another_request()
    {
        await Storage.Idempotency.ClaimAsync(Request, Token);
        var other = Request with { BodyHash = SHA256.HashData("other"u8) };
        Assert.Equal(ClaimState.Different, (await Storage.Idempotency.ClaimAsync(other, Token)).State);
        Assert.Equal(
            ClaimState.Granted, (await Storage.Idempotency.ClaimAsync(other with { Scope = "elsewhere" }, Token)).State);
    }

    [Fact]
    public async Task What_a_dead_process_began_is_executed_again_under_the_same_id()
    {
        var first = await Storage.Idempotency.ClaimAsync(Request, Token);
        Database.Clock.Now += IdempotencyRecord.ClaimLifetime;
        var next = Request with { Owner = Guid.CreateVersion7() };
        var claims = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Storage.Idempotency.ClaimAsync(next, Token)));
        var granted = Assert.Single(claims, claim => claim.State == ClaimState.Granted);
        Assert.Equal((first.Id, true), (granted.Id, granted.IsRepeat));
    }

    [Fact]
    public async Task A_key_that_is_given_back_is_free_again()
    {
        var first = await Storage.Idempotency.ClaimAsync(Request, Token);
        await Storage.Idempotency.ReleaseAsync(Request, first.Id, forget: false, Token);
        var second = await Storage.Idempotency.ClaimAsync(Request, Token);
        Assert.Equal((ClaimState.Granted, first.Id, true), (second.State, second.Id, second.IsRepeat));

        await Storage.Idempotency.ReleaseAsync(Request, second.Id, forget: true, Token);
        var third = await Storage.Idempotency.ClaimAsync(Request with { BodyHash = SHA256.HashData("new"u8) }, Token);
        Assert.Equal((ClaimState.Granted, false), (third.State, third.IsRepeat));
    }
}
