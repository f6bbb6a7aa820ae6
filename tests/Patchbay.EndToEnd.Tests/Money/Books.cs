using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Billing;
using Patchbay.Storage;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>The database of a world, read beside its server: the second witness of every charge.</summary>
public sealed class Books : IAsyncDisposable
{
    private readonly PatchbayStorage _storage;
    private readonly Guid _organization;

    private Books(PatchbayStorage storage, Guid organization)
    {
        _storage = storage;
        _organization = organization;
    }

    /// <summary>Opens the database of a world.</summary>
    public static async Task<Books> OpenAsync(World world, string? postgres, CancellationToken cancellationToken)
    {
        var storage = await PatchbayStorage.OpenAsync(
            new StorageOptions { DataDirectory = world.Data, PostgresConnectionString = postgres },
            exclusive: false, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);
        var tenant = await storage.Organizations.EnsureDefaultAsync(TimeProvider.System.GetUtcNow(), cancellationToken);
        return new Books(storage, tenant.Organization.Id);
    }

    /// <summary>A generation's row, or null.</summary>
    public Task<Generation?> FindAsync(string id, CancellationToken cancellationToken) =>
        _storage.Generations.FindAsync(id, _organization, cancellationToken);

    /// <summary>The newest rows.</summary>
    public Task<IReadOnlyList<Generation>> ListAsync(int limit, CancellationToken cancellationToken) =>
        _storage.Generations.ListAsync(new GenerationQuery(_organization, null, 0, limit), cancellationToken);

    /// <summary>Credits minus debits of an account, in nano-USD.</summary>
    public async Task<long> BalanceAsync(string account, CancellationToken cancellationToken) =>
        (await _storage.Ledger.GetBalanceAsync(account, cancellationToken)).Nanos;

    /// <summary>What the books add up to.</summary>
    public Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken) => _storage.Ledger.GetTotalsAsync(cancellationToken);

    /// <summary>Everything that is wrong.</summary>
    public Task<IReadOnlyList<LedgerFinding>> AuditAsync(CancellationToken cancellationToken) =>
        _storage.Ledger.AuditAsync(cancellationToken);

    /// <summary>Settles usage of the default organization, such as of days that are over.</summary>
    public async Task SettleAsync(Func<Guid, Settlement> settlement) =>
        await _storage.Settlements.SettleAsync(settlement(_organization));

    /// <summary>Changes the credits of the default organization, as another program would.</summary>
    public async Task<CreditTransaction> OrderAsync(Func<Guid, CreditOrder> order, CancellationToken cancellationToken)
    {
        var outcome = await _storage.Credits.ApplyAsync(order(_organization), cancellationToken);
        Assert.True(outcome.Status == CreditStatus.Posted, outcome.Reason);
        return outcome.Transaction!;
    }

    /// <summary>The credits of the default organization.</summary>
    public Task<CreditAccount> ReadCreditsAsync(CancellationToken cancellationToken) =>
        _storage.Credits.GetAccountAsync(_organization, cancellationToken);

    /// <summary>How many holds are written down.</summary>
    public async Task<int> CountOpenHoldsAsync(CancellationToken cancellationToken) =>
        (await _storage.OpenHolds.ListAsync(cancellationToken)).Count;

    /// <summary>Runs <c>patchbay reconcile</c> as an operator would.</summary>
    public static async Task<(int ExitCode, string Output)> ReconcileAsync(
        World world, string? postgres, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet",
            [Repository.ServerAssembly, "reconcile", "--data", world.Data, "--config", Path.Combine(world.Data, "patchbay.yaml")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = world.Data,
        };
        start.Environment["PATCHBAY_DATABASE"] = postgres;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await error);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _storage.DisposeAsync();
}
