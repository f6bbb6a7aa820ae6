using Patchbay.Api;
using Patchbay.Billing;

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
    PaymentComparer comparer, PaymentSettings settings, TimeProvider clock, ILogger<PaymentService> log)
    : BackgroundLoop(settings.CompareEvery, clock, log)
{
    /// <inheritdoc/>
    protected override async Task TurnAsync(CancellationToken stoppingToken)
    {
        if (await comparer.RunAsync(stoppingToken) is var found and > 0)
        {
            Log.Found(log, found);
        }
    }

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Away(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8100, LogLevel.Warning, "{Count} payments were credited whose messages had not arrived.")]
        public static partial void Found(ILogger logger, int count);

        [LoggerMessage(8101, LogLevel.Warning, "Payments cannot be compared now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}

/// <summary>Tops credits up.</summary>
internal sealed partial class TopUpService(
    TopUpDesk desk, PaymentSettings settings, TimeProvider clock, ILogger<TopUpService> log)
    : BackgroundLoop(settings.TopUpEvery, clock, log)
{
    /// <inheritdoc/>
    protected override Task TurnAsync(CancellationToken stoppingToken) => desk.RunAsync(stoppingToken);

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Away(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8102, LogLevel.Warning, "Automatic payments wait: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}
