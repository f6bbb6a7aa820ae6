using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Buying credits, as far as it is set up.</summary>
internal static class PaymentServices
{
    /// <summary>Adds what receipts need, and the gateways that have a secret with all that goes with them.</summary>
    /// <param name="services">The container.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="installation">What this installation is known by at gateways.</param>
    public static void AddPayments(this IServiceCollection services, PaymentSettings settings, Guid installation)
    {
        services.AddSingleton(new Seller(settings.Seller));
        services.AddSingleton(new WebhookSecrets(settings.Stripe.WebhookSecrets, settings.Coinbase.WebhookSecrets));
        services.AddSingleton(settings);
        services.AddSingleton(settings.ToOptions(installation));
        services.AddSingleton<PaymentDesk>();
        services.AddSingleton<PaymentComparer>();
        services.AddSingleton<IPaymentNotices, PaymentAlerts>();
        if (settings.Stripe.SecretKey is { } key)
        {
            services.AddSingleton(provider => new StripeGateway(
                new StripeOptions(settings.Stripe.BaseUrl, key, installation, settings.ReturnUrl),
                provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IPaymentGateway>(provider => provider.GetRequiredService<StripeGateway>());
            services.AddSingleton<ICardGateway>(provider => provider.GetRequiredService<StripeGateway>());
            services.AddSingleton<TopUpDesk>();
            services.AddHostedService<TopUpService>();
        }

        if (settings.Coinbase is { KeyId: { } keyId, PrivateKey: { } privateKey } coinbase)
        {
            services.AddSingleton<IPaymentGateway>(provider => new CoinbaseGateway(
                new CoinbaseOptions(
                    coinbase.BaseUrl,
                    keyId,
                    privateKey,
                    !coinbase.BaseUrl.AbsolutePath.Contains("sandbox", StringComparison.OrdinalIgnoreCase),
                    installation,
                    settings.ReturnUrl),
                provider.GetRequiredService<TimeProvider>()));
        }

        if (settings.Stripe.SecretKey is not null || settings.Coinbase.KeyId is not null)
        {
            services.AddHostedService<PaymentService>();
        }
    }
}

/// <summary>Compares the gateways with the books, at the start and then every hour.</summary>
internal sealed partial class PaymentService(
    PaymentComparer comparer, PaymentSettings settings, TimeProvider clock, ILogger<PaymentService> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (await comparer.RunAsync(stoppingToken) is var found and > 0)
                {
                    Log.Found(log, found);
                }
            }
            catch (StorageUnavailableException exception)
            {
                Log.Away(log, exception.Message);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // One turn is lost, not the server.
                Log.TurnFailed(log, exception);
            }

            await Task.Delay(settings.CompareEvery, clock, stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8100, LogLevel.Warning, "{Count} payments were credited whose messages had not arrived.")]
        public static partial void Found(ILogger logger, int count);

        [LoggerMessage(8101, LogLevel.Warning, "Payments cannot be compared now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(8103, LogLevel.Error, "Comparing payments failed; it goes on.")]
        public static partial void TurnFailed(ILogger logger, Exception exception);
    }
}

/// <summary>Tops credits up.</summary>
internal sealed partial class TopUpService(
    TopUpDesk desk, PaymentSettings settings, TimeProvider clock, ILogger<TopUpService> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await desk.RunAsync(stoppingToken);
            }
            catch (StorageUnavailableException exception)
            {
                Log.Away(log, exception.Message);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // One turn is lost, not the server.
                Log.TurnFailed(log, exception);
            }

            await Task.Delay(settings.TopUpEvery, clock, stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8102, LogLevel.Warning, "Automatic payments wait: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(8104, LogLevel.Error, "Topping credits up failed; it goes on.")]
        public static partial void TurnFailed(ILogger logger, Exception exception);
    }
}
