using System.Globalization;
using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary>Puts in force what other servers and commands change in the database.</summary>
internal sealed partial class ChangeFollower(
    PatchbayStorage storage, CallerDirectory callers, HoldBook holds, IServiceProvider services, ILogger<ChangeFollower> log)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        storage.FollowChangesAsync(HandleAsync, stoppingToken);

    private Task HandleAsync(StorageChange change, CancellationToken cancellationToken)
    {
        Log.Changed(log, change.Topic);
        switch (change.Topic)
        {
            case StorageChange.Key when KeyHash.TryParse(change.Subject, out var hash):
                callers.Forget(hash);
                return Task.CompletedTask;
            case StorageChange.Budget when TryParse(change.Subject, out var scope):
                return holds.ReloadBudgetsAsync(scope, cancellationToken);
            case StorageChange.Guardrail when Guid.TryParse(change.Subject, out var owner):
                return FollowGuardrailsAsync(owner, cancellationToken);
            case StorageChange.Credits when Guid.TryParse(change.Subject, out var organization):
                return holds.RefreshFundsAsync(organization, cancellationToken).AsTask();
            case StorageChange.Catalogue:
                return services.GetService<OverrideFollower>()?.FollowAsync(cancellationToken) ?? Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    // Who is served by the new rules is limited by the new budgets, too.
    private async Task FollowGuardrailsAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        await holds.ReloadGuardrailsAsync(organizationId, cancellationToken);
        callers.ForgetOrganization(organizationId);
    }

    private static bool TryParse(string subject, out BudgetScope scope)
    {
        scope = default;
        var slash = subject.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !byte.TryParse(subject.AsSpan(0, slash), CultureInfo.InvariantCulture, out var level)
            || !Guid.TryParse(subject.AsSpan(slash + 1), out var id))
        {
            return false;
        }

        scope = new BudgetScope((BudgetLevel)level, id);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(8042, LogLevel.Debug, "Another process changed something: {Topic}.")]
        public static partial void Changed(ILogger logger, string topic);
    }
}
