using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Identity;
using Patchbay.Providers;

namespace Patchbay.Server;

/// <summary>Delivers what is in the outbox, at least once. A delivery is claimed before each attempt, so that one server at a time
/// makes it; when that server dies, another makes it after the claim.</summary>
internal sealed partial class AlertSender(
    IAlertStore alerts, SecretVault vault, WebhookClient webhooks, PatchbaySettings settings, TimeProvider clock, ILogger<AlertSender> log)
    : BackgroundLoop(TimeSpan.FromSeconds(1), clock, log)
{
    // One organization whose targets answer slowly leaves half of the places to the others.
    private const int MostOfEach = 8;
    private const int MostAtOnce = 16;
    private const int MostListed = 100;

    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    // Longer than an attempt takes.
    private static readonly TimeSpan WebhookClaim = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MailClaim = TimeSpan.FromSeconds(45);

    private readonly MailClient? _mail = settings.Mail.Server is { } server ? new MailClient(server, clock) : null;
    private readonly List<(Guid Organization, Task Attempt)> _running = [];
    private DateTimeOffset _forgetAt;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_running.Select(static running => running.Attempt));
    }

    /// <inheritdoc/>
    protected override async Task TurnAsync(CancellationToken stoppingToken)
    {
        await ForgetAsync(stoppingToken);
        foreach (var delivery in await alerts.ListDueAsync(Clock.GetUtcNow(), MostOfEach, MostListed, stoppingToken))
        {
            // Whoever answers slowly keeps a place, and no other delivery waits for it as long as there are places.
            _running.RemoveAll(static running => running.Attempt.IsCompleted);
            if (_running.Count == MostAtOnce)
            {
                await Task.WhenAny(_running.Select(static running => running.Attempt)).WaitAsync(stoppingToken);
                _running.RemoveAll(static running => running.Attempt.IsCompleted);
            }

            var organization = delivery.Target.OrganizationId;
            if (_running.Count(running => running.Organization == organization) < MostOfEach)
            {
                _running.Add((organization, AttemptAsync(delivery, stoppingToken)));
            }
        }
    }

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Away(log, reason);

    // What fails here is tried again after the claim.
    private async Task AttemptAsync(AlertDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await DeliverAsync(delivery, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception exception)
        {
            Log.AttemptFailed(log, delivery.Alert.Id, delivery.Target.Id, exception);
        }
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        if (now >= _forgetAt)
        {
            await alerts.ForgetAsync(now - KeptFor, cancellationToken);
            _forgetAt = now + ForgetEvery;
        }
    }

    private async Task DeliverAsync(AlertDelivery delivery, CancellationToken cancellationToken)
    {
        var claim = delivery.Target.Kind == AlertTargetKind.Webhook ? WebhookClaim : MailClaim;
        if (!await alerts.ClaimAsync(delivery, Clock.GetUtcNow() + claim, cancellationToken))
        {
            return;
        }

        var problem = await TryAsync(delivery, cancellationToken);
        var now = Clock.GetUtcNow();
        if (problem is null)
        {
            await alerts.FinishAsync(delivery.Id, AlertDeliveryState.Delivered, now, null, CancellationToken.None);
        }
        else if (now - delivery.CreatedAt >= settings.Alerts.GiveUpAfter)
        {
            await alerts.FinishAsync(delivery.Id, AlertDeliveryState.GivenUp, now, problem, CancellationToken.None);
            Log.GivenUp(log, delivery.Alert.Id, delivery.Target.Id, problem);
        }
        else
        {
            await alerts.FinishAsync(
                delivery.Id, AlertDeliveryState.Waiting, now + WaitAfter(delivery.Attempts), problem, CancellationToken.None);
            Log.Failed(log, delivery.Alert.Id, delivery.Target.Id, problem);
        }
    }

    private async Task<string?> TryAsync(AlertDelivery delivery, CancellationToken cancellationToken)
    {
        var (alert, target) = (delivery.Alert, delivery.Target);
        if (target.Kind == AlertTargetKind.Email)
        {
            return _mail is null
                ? "no mail server is set"
                : await _mail.SendAsync(target.Address, delivery.Id, alert.Summary, AlertText.Mail(alert), cancellationToken);
        }

        try
        {
            var secret = await vault.OpenAsync(AlertSecrets.PlaceOf(target), target.Sealed ?? [], cancellationToken);
            return await webhooks.PostAsync(
                new Uri(target.Address), delivery.Id.ToString("D"), secret, AlertText.Body(alert), cancellationToken);
        }
        catch (SecretException)
        {
            return "the secret of the target cannot be opened";
        }
    }

    private TimeSpan WaitAfter(int attemptsBefore)
    {
        var wait = settings.Alerts.RetryAfter * Math.Pow(2, Math.Min(attemptsBefore, 20));
        return wait < LongestRetry ? wait : LongestRetry;
    }

    private static partial class Log
    {
        [LoggerMessage(8122, LogLevel.Warning, "Alert {Alert} was not taken by target {Target}, which is tried again: {Problem}.")]
        public static partial void Failed(ILogger logger, Guid alert, Guid target, string problem);

        [LoggerMessage(8123, LogLevel.Error, "Alert {Alert} was not taken by target {Target}, and is given up: {Problem}.")]
        public static partial void GivenUp(ILogger logger, Guid alert, Guid target, string problem);

        [LoggerMessage(8124, LogLevel.Warning, "Alerts cannot be delivered now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(8126, LogLevel.Error, "Alert {Alert} could not be delivered to target {Target}, which is tried again.")]
        public static partial void AttemptFailed(ILogger logger, Guid alert, Guid target, Exception exception);
    }
}
