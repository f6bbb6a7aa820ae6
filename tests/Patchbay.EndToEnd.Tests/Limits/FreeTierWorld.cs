using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Limits;

/// <summary>A server that sells credits and gives models away.</summary>
public class FreeTierWorld() : MoneyWorld(null)
{
    public static IReadOnlyList<WorldModel> Models { get; } =
    [
        LedgerWorld.Model("test/gift:free", "gift", "tokens=12;prompt_tokens=9", "0", "0"),
        LedgerWorld.Model("test/other-gift:free", "other", "tokens=12;prompt_tokens=9", "0", "0"),
        LedgerWorld.Model("test/torn-gift:free", "torn", "status=500", "0", "0"),
        LedgerWorld.Model("test/paid", "paid", "tokens=12;prompt_tokens=9"),
    ];

    protected virtual string Yaml => "billing:\n  mode: marketplace\n";

    protected override WorldOptions Options => new() { Yaml = Yaml, Models = Models };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Records a payment, as the server's own payment routes do, beside the server.</summary>
    public async Task OrderAsync(Func<Guid, PatchbayStorage, Task<CreditOrder>> order)
    {
        await using var storage = await PatchbayStorage.OpenAsync(
            new StorageOptions { DataDirectory = World.Data }, exclusive: false, TimeProvider.System, NullLoggerFactory.Instance, Token);
        var tenant = await storage.Organizations.EnsureDefaultAsync(TimeProvider.System.GetUtcNow(), Token);
        var outcome = await storage.Credits.ApplyAsync(await order(tenant.Organization.Id, storage), Token);
        Assert.Equal(CreditStatus.Posted, outcome.Status);
    }

    /// <summary>Credits that were paid for.</summary>
    public Task BuyAsync(string reference, decimal dollars) => OrderAsync((organization, _) => Task.FromResult<CreditOrder>(
        new PurchaseOrder(organization, reference, "test", Money.FromDollars(dollars), Money.Zero, "stripe", reference)));
}

/// <summary>Only the days are limited: 50 requests, or 60.</summary>
public sealed class FreeDayWorld : FreeTierWorld
{
    protected override string Yaml => base.Yaml + "free_tier:\n  requests_per_minute: 0\n  requests_per_day_bought: 60\n";
}
