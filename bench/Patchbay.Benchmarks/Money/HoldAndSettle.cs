using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage;

namespace Patchbay.Benchmarks;

/// <summary>How often a second the money of a request can be held, charged and made durable when all requests are one
/// account's, with a limit at its workspace: everything that a server does for the money of a request, without the request.
/// </summary>
internal static class HoldAndSettle
{
    private const int Callers = 512;
    private const long Worst = 1_000_000;
    private const long Charged = 10_000;

    /// <summary>Measures on SQLite, or on PostgreSQL where a connection string is given, in a new folder.</summary>
    /// <returns>What was measured, in words.</returns>
    /// <exception cref="InvalidOperationException">A hold was refused, or the books are not what was charged.</exception>
    public static async Task<string> MeasureAsync(TimeSpan duration, string? postgres, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("patchbay-money-");
        try
        {
            var clock = TimeProvider.System;
            await using var storage = await PatchbayStorage.OpenAsync(
                new StorageOptions { PostgresConnectionString = postgres, DataDirectory = folder.FullName },
                exclusive: true, clock, NullLoggerFactory.Instance, cancellationToken);
            using var desk = storage.Leases is { } leases ? new LeaseDesk(leases, TimeSpan.FromSeconds(90), clock) : null;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var tending = desk?.RunAsync(static _ => { }, stop.Token) ?? Task.CompletedTask;
            var result = await new Account(storage, new HoldBook(storage.Budgets, clock, desk: desk), clock).MeasureAsync(duration, cancellationToken);
            await stop.CancelAsync();
            await tending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return string.Create(CultureInfo.InvariantCulture, $"{storage.Kind}: {result}\n");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Account(PatchbayStorage storage, HoldBook book, TimeProvider clock)
    {
        private readonly Guid _organization = Guid.CreateVersion7();
        private readonly Guid _workspace = Guid.CreateVersion7();
        private readonly Guid _key = Guid.CreateVersion7();
        private long _settled;

        public async Task<string> MeasureAsync(TimeSpan duration, CancellationToken cancellationToken)
        {
            var workspace = new BudgetScope(BudgetLevel.Workspace, _workspace);
            await storage.Budgets.SetAsync(new Budget(workspace, ResetInterval.Never, Money.FromDollars(1_000_000)), cancellationToken);
            var path = await book.OpenPathAsync(
                _organization, [new BudgetScope(BudgetLevel.Organization, _organization), workspace, new BudgetScope(BudgetLevel.Key, _key)],
                null, cancellationToken);
            await RunAsync(path, duration / 4);
            var before = _settled;
            var processor = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            await RunAsync(path, duration);
            var (seconds, count) = (watch.Elapsed.TotalSeconds, _settled - before);
            var micros = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / count;
            var spent = await book.GetSpendingAsync(_organization, workspace, cancellationToken);
            var owed = new Money(_settled * Charged);
            return spent.Credits.Lifetime == owed && book.GetTotalHeld() == Money.Zero
                ? string.Create(CultureInfo.InvariantCulture,
                    $"{count / seconds:N0} holds and settlements a second, {micros:F1} us of processor time each; ${owed} charged, nothing held")
                : throw new InvalidOperationException($"${owed} were settled, the books say ${spent.Credits.Lifetime}, and ${book.GetTotalHeld()} are held.");
        }

        private async Task RunAsync(BudgetPath path, TimeSpan duration)
        {
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
            {
                await Task.Yield();
                while (watch.Elapsed < duration)
                {
                    await SpendAsync(path);
                }
            }));
        }

        private async Task SpendAsync(BudgetPath path)
        {
            var now = clock.GetUtcNow();
            var id = GenerationId.Create(now);
            var result = await book.TryHoldAsync(path, new Money(Worst), id, now);
            await using var hold = result.Hold ?? throw new InvalidOperationException("A hold was refused.");
            await storage.Settlements.SettleAsync(new Settlement(Describe(id, now), "acme", [])
            {
                HoldRecorded = hold.BeginSettlement(),
                Leases = hold.Leases,
            });
            hold.Settle(new Money(Charged), Money.Zero, now);
            Interlocked.Increment(ref _settled);
        }

        // A row like that of an ordinary request.
        private Generation Describe(string id, DateTimeOffset now) => new()
        {
            Id = id,
            CreatedAt = now,
            OrganizationId = _organization,
            WorkspaceId = _workspace,
            KeyId = _key,
            Model = "acme/echo",
            ProviderName = "Acme",
            EndpointId = "acme:echo",
            UpstreamId = "chatcmpl-1",
            ApiType = "completions",
            Streamed = true,
            Outcome = GenerationOutcome.Completed,
            FinishReason = "stop",
            NativeFinishReason = "stop",
            Usage = new Usage { UncachedInput = 2_000, CacheRead = 1_000, Output = 400 },
            Charge = new Money(Charged),
            ProviderCost = new Money(Charged),
            PriceVersion = 1,
            LatencyMs = 300,
            DurationMs = 4_000,
            UserAgent = "OpenAI/Python 2.1.0",
            Attempts = [new("acme:echo", "Acme", "acme/echo", 200, null, 300)],
        };
    }
}
