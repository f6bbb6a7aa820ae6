using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

/// <summary>Budgets of guardrails of which two servers have leased slices.</summary>
public sealed class SharedGuardrailTests(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresTestDatabase _database = new(server);
    private readonly List<Replica> _replicas = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _database.CreateAsync();
        for (var i = 0; i < 2; i++)
        {
            _replicas.Add(await Replica.StartAsync(_database));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(BudgetLevel.Key)]
    [InlineData(BudgetLevel.Member)]
    [InlineData(BudgetLevel.Seat)]
    public async Task Exactly_ten_of_two_hundred_fit_at_two_servers_whomever_the_guardrail_is_for(BudgetLevel level)
    {
        var storage = _replicas[0].Storage;
        var now = _replicas[0].Clock.GetUtcNow();
        var tenant = await storage.Organizations.EnsureDefaultAsync(now, Token);
        var key = Samples.KeyOf(tenant, now) with { MemberId = tenant.Owner.Id };
        await storage.ApiKeys.CreateAsync(key, Token);
        var paths = new[] { await OpenAsync(_replicas[0], key), await OpenAsync(_replicas[1], key) };

        // The paths are open before the guardrail is there: it counts from the next request on.
        var guardrail = level == BudgetLevel.Seat
            ? Guardrail.DefaultOf(tenant.Workspace, now)
            : new Guardrail(Guid.CreateVersion7(), tenant.Organization.Id, tenant.Workspace.Id, "team", now);
        guardrail = guardrail with { Limit = new Money(10_000_000), Reset = ResetInterval.Monthly };
        Assert.True(await storage.Guardrails.SaveAsync(guardrail, mayBeNew: true, Token));
        if (level != BudgetLevel.Seat)
        {
            var (subject, id) = level == BudgetLevel.Key ? (GuardrailSubject.Key, key.Id) : (GuardrailSubject.Member, tenant.Owner.Id);
            Assert.True(await storage.Guardrails.AssignAsync(guardrail, subject, [id], null, now, Token));
        }

        await _replicas[0].Book.ReloadGuardrailsAsync(tenant.Organization.Id, Token);
        await HearAsync(_replicas[1], tenant.Organization.Id);
        var taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(
            () => SpendAsync(_replicas[i % 2], paths[i % 2], key, 1_000_000), Token)));

        Assert.Equal(10, taken.Count(static result => result.Hold is not null));
        Assert.All(taken.Where(static result => result.Hold is null), result =>
            Assert.Equal(new GuardrailName(guardrail.Id, guardrail.Name), result.Guardrail));
        var seat = BudgetScope.SeatOf(tenant.Workspace.Id, tenant.Owner.Id);
        Assert.Equal(new Money(10_000_000), (await storage.Budgets.GetSpendingAsync(seat, now, Token)).Credits.ThisMonth);
        Assert.Empty(await storage.Ledger.AuditAsync(Token));

        // Raised at one server, it is there at the other.
        await storage.Guardrails.SaveAsync(guardrail with { Limit = new Money(11_000_000) }, mayBeNew: true, Token);
        await _replicas[0].Book.ReloadGuardrailsAsync(tenant.Organization.Id, Token);
        Assert.NotNull((await SpendAsync(_replicas[0], paths[0], key, 1_000_000)).Hold);
        Assert.Null((await SpendAsync(_replicas[1], paths[1], key, 1_000_000)).Hold);
    }

    private static ValueTask<BudgetPath> OpenAsync(Replica replica, ApiKey key) => replica.Book.OpenPathAsync(
        key.OrganizationId,
        [
            new BudgetScope(BudgetLevel.Organization, key.OrganizationId),
            new BudgetScope(BudgetLevel.Workspace, key.WorkspaceId),
            new BudgetScope(BudgetLevel.Member, key.MemberId!.Value),
            new BudgetScope(BudgetLevel.Key, key.Id),
            BudgetScope.SeatOf(key.WorkspaceId, key.MemberId.Value),
        ],
        null, Token);

    private static async Task HearAsync(Replica replica, Guid organization)
    {
        while (!replica.Heard.Any(change => change == new StorageChange(StorageChange.Guardrail, organization.ToString())))
        {
            await Task.Delay(20, Token);
        }

        await replica.Book.ReloadGuardrailsAsync(organization, Token);
    }

    private static async Task<HoldResult> SpendAsync(Replica replica, BudgetPath path, ApiKey key, long charge)
    {
        var now = replica.Clock.GetUtcNow();
        var result = await replica.Book.TryHoldAsync(path, new Money(charge), "gen-guard", now);
        if (result.Hold is { } hold)
        {
            var plain = Replica.Of(hold, key.Id, now, charge);
            await replica.Storage.Settlements.SettleAsync(plain with
            {
                Generation = plain.Generation with
                {
                    OrganizationId = key.OrganizationId,
                    WorkspaceId = key.WorkspaceId,
                    MemberId = key.MemberId,
                },
            });
            hold.Settle(new Money(charge), Money.Zero, now);
            await hold.DisposeAsync();
        }

        return result;
    }
}
