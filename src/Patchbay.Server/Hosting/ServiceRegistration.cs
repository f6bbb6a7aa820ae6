using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Identity;
using Patchbay.Providers;
using Patchbay.Routing;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary>What the routes find in the container.</summary>
internal static class ServiceRegistration
{
    /// <summary>Adds the stores of an open database, which stays the caller's to close.</summary>
    public static void AddStorage(this IServiceCollection services, PatchbayStorage storage, DefaultTenant tenant)
    {
        services.AddSingleton(storage);
        services.AddSingleton(tenant);
        services.AddSingleton(storage.ApiKeys);
        services.AddSingleton(storage.Organizations);
        services.AddSingleton(storage.Budgets);
        services.AddSingleton(storage.BudgetPlans);
        services.AddSingleton(storage.Workspaces);
        services.AddSingleton(storage.Guardrails);
        services.AddSingleton(storage.Alerts);
        services.AddSingleton<IAlertOutbox>(storage.Alerts);
        services.AddSingleton(storage.Generations);
        services.AddSingleton(storage.Settlements);
        services.AddSingleton(storage.Ledger);
        services.AddSingleton(storage.Credits);
        services.AddSingleton(storage.Idempotency);
        services.AddSingleton(storage.Payments);
        services.AddSingleton(storage.OpenHolds);
        services.AddSingleton(storage.RateLimits);
        services.AddSingleton(storage.RateWindows);
        services.AddSingleton(storage.CatalogOverrides);
        services.AddSingleton(storage.ByokKeys);
        services.AddSingleton(storage.DataKeys);
        services.AddSingleton(storage.Counters);
        services.AddSingleton(storage.Fleet);
        if (storage.Leases is { } leases)
        {
            services.AddSingleton(leases);
            services.AddSingleton(provider => new LeaseDesk(
                leases, provider.GetRequiredService<PatchbaySettings>().Replicas.LeaseSpan, provider.GetRequiredService<TimeProvider>()));
            services.AddHostedService<LeaseKeeper>();
            services.AddHostedService<ChangeFollower>();
        }
        else
        {
            services.AddHostedService<BudgetFollower>();
        }

        services.AddSingleton(storage.Usage);
    }

    /// <summary>Adds what serves requests.</summary>
    public static void AddGateway(
        this IServiceCollection services, PatchbaySettings settings, MasterKey masterKey, SystemInfo system)
    {
        services.AddSingleton(settings);
        services.AddSingleton(masterKey);
        services.AddSingleton(system);
        services.AddSingleton(provider => new HoldBook(
            provider.GetRequiredService<IBudgetStore>(), provider.GetRequiredService<TimeProvider>(),
            prepaid: settings.Billing.IsPrepaid, settings.Billing.Fees, provider.GetService<LeaseDesk>()));
        services.AddSingleton<HoldKeeper>();
        services.AddSingleton<CreditBook>();
        services.AddSingleton(provider => new RateGate(
            provider.GetRequiredService<IRateWindows>(), provider.GetRequiredService<TimeProvider>(),
            new TurnOptions(settings.Limits.TurnsWaiting == 0 ? TimeSpan.Zero : settings.Limits.TurnWait, settings.Limits.TurnsWaiting),
            provider.GetRequiredService<FleetShare>()));
        services.AddSingleton<RateLimitFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<RateLimitFollower>());
        services.AddSingleton<IRateLimitControl>(provider => provider.GetRequiredService<RateLimitFollower>());
        if (settings.Billing.IsPrepaid)
        {
            services.AddSingleton(settings.FreeTier);
            services.AddSingleton<FreeTierGate>();
        }

        services.AddSingleton<CallerDirectory>();
        services.AddSingleton<HealthRegistry>();
        services.AddSingleton(provider => new ModelRouter(provider.GetRequiredService<HealthRegistry>()));
        services.AddSingleton<IEndpointStatistics, RoutingStatistics>();
        services.AddQuality(settings.Canaries);
        if (settings.Affinity.Entries > 0)
        {
            services.AddSingleton(provider => new AffinityTable(
                settings.Affinity.Entries, settings.Affinity.Lifetime, provider.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton<DrainState>();
        services.AddSingleton<StorageCheck>();
        services.AddSingleton(provider => new SettlementGate(provider.GetRequiredService<StorageCheck>().CanSettleAsync));
        services.AddSingleton<ICredentialSource>(EnvironmentCredentials.Instance);
        services.AddSingleton<DeadlineWatch>();
        services.AddSingleton(provider => new CredentialContext(
            clock: provider.GetRequiredService<TimeProvider>(), log: provider.GetRequiredService<ILogger<CredentialContext>>()));
        services.AddSingleton<UpstreamInvoker>();
        services.AddSingleton<InferencePipeline>();
        services.AddSingleton<ByokDirectory>();
        services.AddHostedService<ByokFollower>();
        services.AddSingleton(UpstreamLimitsOf(settings.Limits));
        services.AddSingleton(InferenceOptionsOf(settings));
        services.AddHostedService<HoldRecorder>();
        services.AddHostedService<CreditKeeper>();
        services.AddHostedService<Reconciler>();
        services.AddSingleton(settings.Statements);
        services.AddSingleton(new StatementOptions(settings.Statements.QueryTimeout));
        services.AddHostedService<UsageRoller>();
        services.AddBudgets();
        services.AddSingleton(new AlertOptions(settings.Mail.Host is not null, settings.Alerts.AllowPrivate));
        services.AddSingleton(provider => new WebhookClient(settings.Alerts.AllowPrivate, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<AlertWatch>();
        services.AddHostedService<AlertSender>();
    }

    /// <summary>Adds what judges answers and compares endpoints, and the canaries where they are switched on. Needs
    /// <see cref="CanaryStore"/> among the services.</summary>
    private static void AddQuality(this IServiceCollection services, CanarySettings settings)
    {
        services.AddSingleton<QualityRegistry>();
        services.AddSingleton<QualityObserver>();
        services.AddSingleton<CanaryBoard>();
        services.AddSingleton<IQualityScores>(provider => provider.GetRequiredService<CanaryBoard>());
        services.AddHostedService<QualityService>();
        if (settings.Enabled)
        {
            services.AddSingleton(settings);
            services.AddSingleton(provider => new CanaryBudget(
                provider.GetRequiredService<ILedgerStore>(), settings.Budget, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<CanaryRound>();
            services.AddHostedService<CanaryService>();
        }
    }

    /// <summary>Adds what keeps the catalogue current.</summary>
    public static void AddCatalogSync(this IServiceCollection services, CatalogSettings settings, CatalogStore store)
    {
        services.AddSingleton(settings);
        services.AddSingleton(store);
        services.AddSingleton(provider => new ListClient(
            provider.GetRequiredService<CredentialContext>(), CatalogSyncer.Within, CatalogSyncer.MostBytes));
        services.AddSingleton<CatalogSyncer>();
        services.AddHostedService<CatalogSyncService>();
        services.AddSingleton<CatalogReloader>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogReloader>());
        services.AddSingleton<OverrideFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<OverrideFollower>());
        services.AddSingleton<ICatalogueControl, CatalogueControl>();
    }

    private static UpstreamLimits UpstreamLimitsOf(LimitSettings limits) => new()
    {
        Connect = limits.ConnectTimeout,
        FirstByte = limits.FirstByteTimeout,
        FirstByteWithAlternatives = limits.FirstByteTimeoutWithAlternatives,
        Idle = limits.IdleTimeout,
        Total = limits.TotalTimeout,
    };

    // Without a setting there is no level, and requests are planned as they come.
    private static RoutePreferences[] RoutingOf(RoutePreferences routing) =>
        routing == new PatchbaySettings().Routing ? [] : [routing];

    private static InferenceOptions InferenceOptionsOf(PatchbaySettings settings) => new()
    {
        Routing = RoutingOf(settings.Routing),
        MaxBodyBytes = (int)settings.Limits.MaxBodyBytes,
        MaxAttempts = settings.Limits.MaxAttempts,
        UnheardAnswers = settings.Limits.UnheardAnswers,
        UnheardTimeout = settings.Limits.UnheardTimeout,
        ProcessingCommentAfter = settings.Limits.ProcessingCommentAfter,
        ClampMaxTokens = settings.Billing.ClampMaxTokens,
        LoggingDiscountBasisPoints = settings.Billing.LoggingDiscount,
        SteppedHoldsAbove = settings.Billing.SteppedHoldsAbove,
        RetryPercent = settings.Failover.RetryPercent,
        RetryMinimum = settings.Failover.RetryMinimum,
        FirstToken = settings.Failover.FirstTokenTimeout,
        Hedging = settings.Failover.Hedging,
        HedgeAfter = settings.Failover.HedgeAfter,
        HedgePercent = settings.Failover.HedgePercent,
        Continuation = settings.Failover.Continuation,
    };
}
