using System.Collections.Concurrent;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

/// <summary>One of several servers on a database, without its HTTP part: the stores, the desk and the book.</summary>
public sealed class Replica : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly string? _folder;

    private Replica(PatchbayStorage storage, TimeProvider clock, string? folder, bool prepaid, ByokFees? fees)
    {
        Storage = storage;
        Clock = clock;
        _folder = folder;
        Desk = new LeaseDesk(storage.Leases!, TimeSpan.FromSeconds(90), clock)
        {
            // A machine that does much else is no reason to be refused what another server has only to give back.
            WaitForOthers = TimeSpan.FromSeconds(4),
        };
        Book = new HoldBook(storage.Budgets, clock, prepaid, fees, Desk);
        Credits = new CreditBook(storage.Credits, Book, clock);
        _running = RunAsync();
    }

    public PatchbayStorage Storage { get; }

    public TimeProvider Clock { get; }

    public LeaseDesk Desk { get; }

    public HoldBook Book { get; }

    public CreditBook Credits { get; }

    /// <summary>What it was told that others changed.</summary>
    public ConcurrentQueue<StorageChange> Heard { get; } = new();

    public static async Task<Replica> StartAsync(
        PostgresTestDatabase database, TimeProvider? clock = null, string? folder = null, TimeSpan? lifetime = null,
        bool prepaid = false, ByokFees? fees = null)
    {
        var made = folder is null ? Directory.CreateTempSubdirectory("patchbay-replica-").FullName : null;
        clock ??= new DatabaseClock(TimeProvider.System);
        var options = database.OptionsIn(folder ?? made!);
        if (lifetime is { } short_)
        {
            options = options with { LeaseLifetime = short_ };
        }

        var storage = await PatchbayStorage.OpenAsync(
            options, exclusive: true, clock, database.Log, TestContext.Current.CancellationToken);
        return new Replica(storage, clock, made, prepaid, fees);
    }

    /// <summary>The path of a key in the sample's workspace and organization.</summary>
    public ValueTask<BudgetPath> OpenAsync(Guid key) => Book.OpenPathAsync(
        Samples.Organization,
        [
            new BudgetScope(BudgetLevel.Organization, Samples.Organization),
            new BudgetScope(BudgetLevel.Workspace, Samples.Workspace),
            new BudgetScope(BudgetLevel.Key, key),
        ],
        null, TestContext.Current.CancellationToken);

    /// <summary>Holds the worst case and charges less. False when it was refused.</summary>
    public async Task<bool> SpendAsync(BudgetPath path, Guid key, long worst, long charge)
    {
        var now = Clock.GetUtcNow();
        var result = await Book.TryHoldAsync(path, new Money(worst), "gen-replica", now);
        if (result.Hold is not { } taken)
        {
            return false;
        }

        await using var hold = taken;
        await Storage.Settlements.SettleAsync(Of(hold, key, now, charge));
        hold.Settle(new Money(charge), Money.Zero, now);
        return true;
    }

    /// <summary>Holds the worst case of a call on an own key and settles its list price. The fee; null when it was refused.
    /// </summary>
    public async Task<long?> SpendOnOwnKeyAsync(BudgetPath path, Guid key, long worst, long listed)
    {
        var hold = (await Book.TryHoldAsync(path, new HoldRequest(Money.Zero, new Money(worst)), "gen-own", Clock.GetUtcNow())).Hold;
        return hold is null ? null : await SettleOnOwnKeyAsync(hold, key, listed);
    }

    /// <summary>Settles a call on an own key. The fee.</summary>
    public async Task<long> SettleOnOwnKeyAsync(Hold hold, Guid key, long listed)
    {
        await using var ending = hold;
        var price = new Money(listed);
        var fee = hold.FeeFor(new Cost(price, price, Money.Zero) { Femtos = (Int128)listed * UnitPrice.FemtosPerNano });
        var plain = Of(hold, key, hold.CreatedAt, fee.Nanos);
        await Storage.Settlements.SettleAsync(plain with
        {
            Generation = plain.Generation with { IsByok = true, Fee = fee, ProviderCost = price },
            Leases = hold.LeasesOnOwnKey(fee, price),
        });
        hold.Settle(fee, price);
        return fee.Nanos;
    }

    /// <summary>The settlement of a request of a key.</summary>
    public static Settlement Of(Hold hold, Guid key, DateTimeOffset now, long charge)
    {
        var plain = Samples.Settlement(now, charge);
        return plain with
        {
            Generation = plain.Generation with { KeyId = key, MemberId = null, IsByok = false },
            Leases = hold.Leases,
        };
    }

    /// <summary>Stops without good-bye to its leases.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Storage.DisposeAsync();
        Desk.Dispose();
        _stop.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(
                Desk.RunAsync(static _ => { }, _stop.Token),
                Storage.FollowChangesAsync(
                    (change, _) =>
                    {
                        Heard.Enqueue(change);
                        return Task.CompletedTask;
                    },
                    _stop.Token));
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
    }
}
