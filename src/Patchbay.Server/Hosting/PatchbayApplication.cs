using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Providers;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary>The whole server: opens what it needs in order, serves until it is asked to stop, and closes in reverse, the
/// database last.</summary>
internal sealed partial class PatchbayApplication : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _resources = new();
    private readonly Configuration _configuration;
    private readonly TimeProvider _clock;
    private WebApplication _app = null!;
    private ConsoleFiles _console = null!;
    private KeyFile? _keyFile;
    private IReadOnlyList<LocalServer> _local = [];
    private string _data = "";
    private ILogger _log = null!;

    private PatchbayApplication(Configuration configuration, TimeProvider clock)
    {
        _configuration = configuration;
        _clock = configuration.Settings.Database is null ? clock : new DatabaseClock(clock);
    }

    /// <summary>The version that <c>--version</c>, the API and the metrics show.</summary>
    public static string Version { get; } =
        typeof(PatchbayApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    private PatchbaySettings Settings => _configuration.Settings;

    /// <summary>Opens the database, recovers what a crash left, reads the catalogue and maps the routes. Nothing listens
    /// yet.</summary>
    /// <exception cref="StorageRefusedException">The database must not be used as it is.</exception>
    /// <exception cref="StorageUnavailableException">The database does not answer.</exception>
    /// <exception cref="InvalidDataException">The key file holds no key.</exception>
    public static async Task<PatchbayApplication> BuildAsync(
        Configuration configuration, ConfigurationReader reader, TimeProvider clock, CancellationToken cancellationToken)
    {
        var application = new PatchbayApplication(configuration, clock);
        try
        {
            await application.ComposeAsync(reader, cancellationToken);
            return application;
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Serves until a signal, drains, and stops. Writes the start message when the log is text.</summary>
    public async Task RunAsync(TextWriter output, bool colour, StopSignals signals, CancellationToken cancellationToken)
    {
        signals.Listen(_app.Services.GetService<CatalogReloader>() is { } reloader ? reloader.RequestReload : null);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch
        {
            // What has started stops in order, so that only the cause is reported.
            await _app.StopAsync(CancellationToken.None);
            throw;
        }

        var facts = Describe();
        if (Settings.Telemetry.LogFormat == "text")
        {
            await output.WriteAsync(StartMessage.Write(facts, colour));
            await output.FlushAsync(cancellationToken);
        }
        else
        {
            Log.Started(_log, facts.Version, facts.Address, facts.Catalog.RoutableModels, facts.Catalog.Models, facts.Demo);
        }

        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fault = _app.Lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        await using var cancelled = cancellationToken.Register(signals.Stop);
        await Task.WhenAny(signals.First, stopping.Task);
        await StopAsync(signals.Second);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_resources.TryPop(out var resource))
        {
            await resource.DisposeAsync();
        }
    }

    private async Task StopAsync(CancellationToken atOnce)
    {
        var limit = Settings.Limits.DrainTimeout;
        var began = _clock.GetTimestamp();
        var holds = _app.Services.GetRequiredService<HoldBook>();
        _app.Services.GetRequiredService<DrainState>().Begin();
        Log.Draining(_log, holds.OpenCount, limit.TotalSeconds);

        // While answers are running the port stays open, so that load balancers see "not ready" and new requests are told
        // to come back, instead of finding nobody.
        while (holds.OpenCount > 0 && _clock.GetElapsedTime(began) < limit && !atOnce.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), _clock, atOnce)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var cut = holds.OpenCount;
        var left = limit - _clock.GetElapsedTime(began);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(atOnce);
        end.CancelAfter(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        try
        {
            await _app.StopAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            // Time is up, or a second signal came: connections were closed where they stood.
        }

        // What was cut off still settles; the database stays open for it.
        for (var i = 0; i < 100 && holds.OpenCount > 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), _clock, CancellationToken.None);
        }

        await GiveBackLeasesAsync();
        Log.Stopped(_log, cut);
    }

    // So that other servers need not wait until this one is missed.
    private async Task GiveBackLeasesAsync()
    {
        try
        {
            await (_app.Services.GetService<LeaseDesk>()?.CloseAsync(CancellationToken.None) ?? Task.CompletedTask);
        }
        catch (StorageUnavailableException exception)
        {
            Log.NotGivenBack(_log, exception.Message);
        }
    }

    private async Task ComposeAsync(ConfigurationReader reader, CancellationToken cancellationToken)
    {
        _data = Path.GetFullPath(Settings.Demo ? Path.Combine(Settings.Server.Data, "demo") : Settings.Server.Data);
        CreateFolder(_data);
        _keyFile = Settings.MasterKey is null ? KeyFile.Ensure(Path.Combine(_data, "master.key")) : null;

        var logging = Own(new Disposer<ILoggerFactory>(CreateLogging())).Value;
        _log = logging.CreateLogger("Patchbay.Server");
        var options = new StorageOptions
        {
            DataDirectory = _data,
            PostgresConnectionString = Settings.Database,
            UsesJournal = Settings.Replicas.Durability == "journal",
            LeaseLifetime = Settings.Replicas.LeaseLifetime,
            LeaseGrace = Settings.Replicas.LeaseGrace,
            DiskFailed = exception => EndAtOnce(logging, exception),
        };
        var storage = Own(await PatchbayStorage.OpenAsync(options, exclusive: true, _clock, logging, cancellationToken));
        var tenant = await storage.Organizations.EnsureDefaultAsync(_clock.GetUtcNow(), cancellationToken);
        if (Traces.Start(Settings.Telemetry.OtlpEndpoint, Version) is { } traces)
        {
            Own(new Disposer<IDisposable>(traces));
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = "Patchbay.Server",
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        // Our own configuration is the only one: no appsettings.json, no ASPNETCORE_ variables.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        var services = builder.Services;
        services.Replace(ServiceDescriptor.Singleton(logging));
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, SilentLifetime>());
        services.AddSingleton(_clock);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Settings.Limits.DrainTimeout + TimeSpan.FromSeconds(5));
        builder.ConfigureKestrel(Settings);
        services.AddSingleton(_ => new MetricCollector(PatchbayTelemetry.Name));
        services.AddStorage(storage, tenant);
        services.AddSingleton(await OpenVaultAsync(storage.DataKeys, cancellationToken));
        services.AddGateway(
            Settings,
            new MasterKey(Settings.MasterKey ?? _keyFile!.Key),
            new SystemInfo("Patchbay", Version, Settings.Billing.Mode, Settings.Demo, storage.Kind, _clock.GetUtcNow()));
        services.AddPayments(Settings.Payments, tenant.Organization.Id);
        services.AddSingleton(new CanaryStore(_data));
        services.AddCatalogue();
        await AddCatalogAsync(services, reader, storage, tenant, cancellationToken);

        _console = new ConsoleFiles(ConsoleFiles.Find(AppContext.BaseDirectory));
        services.AddSingleton(_ => _console);
        _app = Own(builder.Build());
        MapRoutes();

        await _app.Services.GetRequiredService<ByokDirectory>().FollowAsync(cancellationToken);
        var recovered = await _app.Services.GetRequiredService<HoldKeeper>().RecoverAsync(cancellationToken);
        if (recovered > 0)
        {
            Log.Recovered(_log, recovered);
        }
    }

    // Nothing is settled or told to anybody any more; the next start takes from the journal what is durable.
    private void EndAtOnce(ILoggerFactory logging, Exception exception)
    {
        Log.DiskFailed(_log, exception);
        logging.Dispose();
        Environment.Exit(1);
    }

    private async Task AddCatalogAsync(IServiceCollection services, ConfigurationReader reader, PatchbayStorage storage,
        DefaultTenant tenant, CancellationToken cancellationToken)
    {
        if (Settings.Demo)
        {
            var demo = Own(await DemoWorld.StartAsync(_data, storage.ApiKeys, tenant, _clock, cancellationToken));
            services.AddSingleton(new CatalogHolder(demo.Catalog));
            services.AddSingleton(demo);
            services.AddHostedService<DemoTraffic>();
            return;
        }

        var source = new CatalogSource(CatalogData.LoadBuiltIn(), EnvironmentCredentials.Instance);
        var store = new CatalogStore(_data);
        TakeSynced(source, store);
        source.Overrides = await storage.CatalogOverrides.LoadAsync(cancellationToken);
        var catalog = await LookForLocalAsync(source, source.Build(_configuration.File), cancellationToken);
        services.AddSingleton(source);
        services.AddSingleton(new CatalogHolder(catalog));
        services.AddSingleton(reader);
        services.AddSingleton(_configuration);
        services.AddCatalogSync(Settings.Catalog, store);
    }

    // A database whose secrets nobody here can read is not served: a key would be missing in the middle of a request. Nor is a
    // key made then, which would only look like the right one.
    private async Task<SecretVault> OpenVaultAsync(IDataKeyStore dataKeys, CancellationToken cancellationToken)
    {
        var keys = new EncryptionKeys(Settings.EncryptionKey, _data);
        if (!keys.Exist && (await dataKeys.ListAsync(cancellationToken)) is [var first, ..])
        {
            throw new InvalidDataException(
                $"The database holds secrets under the key {first.KeyId}, but neither {EncryptionKeys.Variable} nor {keys.FilePath} is there.");
        }

        keys.Ensure();
        var vault = new SecretVault(dataKeys, keys.Read, _clock);
        try
        {
            await vault.CheckAsync(cancellationToken);
            return vault;
        }
        catch (SecretException exception)
        {
            throw new InvalidDataException($"{exception.Message} Give the right key by {EncryptionKeys.Variable} or {keys.FilePath}.", exception);
        }
    }

    /// <summary>A broken file of synced facts does not stop the server: the built-in ones are there.</summary>
    private void TakeSynced(CatalogSource source, CatalogStore store)
    {
        try
        {
            source.Synced = store.Load();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Log.NotSynced(_log, exception.Message);
        }
    }

    /// <summary>When no model can be called, there may be some on this machine.</summary>
    private async Task<CatalogSnapshot> LookForLocalAsync(
        CatalogSource source, CatalogSnapshot catalog, CancellationToken cancellationToken)
    {
        var mode = Settings.Catalog.Local;
        if (mode == "off" || CatalogCounts.Of(catalog).RoutableModels > 0)
        {
            return catalog;
        }

        using var credentials = new CredentialContext();
        using var client = new ListClient(credentials, LocalDiscovery.Within, LocalDiscovery.MostBytes);
        _local = (await new LocalDiscovery(client).FindAsync(Settings.Catalog.LocalPorts, cancellationToken)).Servers;
        var offer = LocalOffer.Make(_configuration.File, _local);
        if (offer.IsEmpty)
        {
            _local = [];
            return catalog;
        }

        foreach (var server in Settings.Telemetry.LogFormat == "json" ? _local : [])
        {
            Log.FoundLocal(_log, server.Name, server.BaseUrl, server.Models.Count(model => model.NotOffered is null));
        }

        if (mode != "use")
        {
            return catalog;
        }

        source.Local = OperatorFile.Parse(offer.ToString(), "this machine", EnvironmentCredentials.Instance, SettingList.Keys).File;
        return source.Build(_configuration.File);
    }

    private void MapRoutes()
    {
        _app.RefuseAmbiguousLengths();
        foreach (var prefix in (string[])["/api/v1", "/v1"])
        {
            var api = _app.MapGroup(prefix);
            api.MapInference();
            api.MapCatalogue(static (context, error) => context.WriteErrorAsync(error));
            api.MapManagement();
            api.MapNative();
            api.MapPayments(_app.Services.GetRequiredService<WebhookSecrets>());
        }

        _app.MapHealth(Version);
        _console.Map(_app);
    }

    private StartFacts Describe()
    {
        var listening = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return new StartFacts
        {
            Version = Version,
            Address = ListenAddress.Callable(listening.Addresses.First()),
            Data = _data,
            Database = _app.Services.GetRequiredService<PatchbayStorage>().Kind,
            Key = _keyFile,
            Catalog = CatalogCounts.Of(_app.Services.GetRequiredService<CatalogHolder>().Current),
            ConfigFile = _configuration.FilePath,
            ConfigExists = _configuration.FileExists,
            Demo = Settings.Demo,
            HasConsole = _console.Exists,
            Local = _local,
        };
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private ILoggerFactory CreateLogging() => LoggerFactory.Create(logging =>
    {
        logging.Services.AddSingleton(_clock);
        Logs.Configure(logging, Settings.Telemetry.LogFormat, Settings.Demo);
    });

    private T Own<T>(T resource)
        where T : IAsyncDisposable
    {
        _resources.Push(resource);
        return resource;
    }

    /// <summary>Lets a thing that is closed at once stand among those that take time.</summary>
    private sealed class Disposer<T>(T value) : IAsyncDisposable
        where T : IDisposable
    {
        public T Value => value;

        public ValueTask DisposeAsync()
        {
            value.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8008, LogLevel.Information,
            "Patchbay {Version} listens on {Address}; {Routable} of {Models} models can be called; demo: {Demo}.")]
        public static partial void Started(
            ILogger logger, string version, Uri address, int routable, int models, bool demo);

        [LoggerMessage(8150, LogLevel.Critical,
            "The disk did not confirm a write, so that nobody knows what is on it; the server ends. What callers were told is recorded. Check the disk, then start again.")]
        public static partial void DiskFailed(ILogger logger, Exception exception);

        [LoggerMessage(8009, LogLevel.Information, "Stopping: {Open} request(s) may finish within {Seconds} s; a second signal stops at once.")]
        public static partial void Draining(ILogger logger, long open, double seconds);

        [LoggerMessage(8010, LogLevel.Information, "Stopped; {Open} request(s) were cut off.")]
        public static partial void Stopped(ILogger logger, long open);

        [LoggerMessage(8026, LogLevel.Information, "{Name} was found on this machine at {Address} with {Count} model(s).")]
        public static partial void FoundLocal(ILogger logger, string name, string address, int count);

        [LoggerMessage(8043, LogLevel.Warning,
            "What this server leased of shared limits could not be given back; it is when it starts again: {Reason}")]
        public static partial void NotGivenBack(ILogger logger, string reason);

        [LoggerMessage(8025, LogLevel.Error, "{Problem} The built-in facts of the catalogue are in force.")]
        public static partial void NotSynced(ILogger logger, string problem);

        [LoggerMessage(8011, LogLevel.Warning,
            "{Count} request(s) were in flight when the server last died; they were closed and cost their accounts nothing.")]
        public static partial void Recovered(ILogger logger, int count);
    }
}
