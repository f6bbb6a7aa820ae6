using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Watches the operator's file and what was synced. A valid change takes effect for the next request, at once and as
/// a whole; a broken one is refused with its problems, and what was in force stays.</summary>
internal sealed partial class CatalogReloader(
    ConfigurationReader reader,
    CatalogSource source,
    CatalogStore store,
    CatalogHolder holder,
    Configuration configuration,
    PatchbaySettings settings,
    TimeProvider clock,
    ILogger<CatalogReloader> log) : BackgroundService
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(150);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _swapping = new();
    private volatile bool _asked;
    private volatile OperatorFile _file = configuration.File;

    /// <summary>The operator's file as it is in force.</summary>
    public OperatorFile File => _file;

    /// <summary>Reads the file again even if it looks unchanged; returns before that is done.</summary>
    public void RequestReload()
    {
        _asked = true;
        Wake();
    }

    /// <summary>Reads the file now. False when it was refused.</summary>
    public bool Reload()
    {
        var result = reader.Read();
        foreach (var problem in result.Problems)
        {
            if (!problem.IsWarning)
            {
                Log.Problem(log, ProblemList.Line(problem));
            }
        }

        if (result.Configuration is not { } found)
        {
            Log.Refused(log, reader.FilePath, result.Problems.Count(problem => !problem.IsWarning));
            return false;
        }

        Swap(reader.FilePath, found.File);
        var changed = SettingList.All
            .Where(setting => setting.Show(found.Settings) != setting.Show(settings))
            .Select(setting => setting.Path)
            .ToArray();
        if (changed.Length > 0)
        {
            Log.NeedsRestart(log, string.Join(", ", changed));
        }

        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var watcher = TryWatch();
        var known = Look(reader.FilePath);
        var hadFile = known is not null;
        var synced = Look(store.Path);
        while (true)
        {
            await _wake.WaitAsync(PollEvery, stoppingToken);
            if (Look(store.Path) is { } changed && changed != synced)
            {
                synced = changed;
                TakeSynced();
            }

            var found = Look(reader.FilePath);
            if (!_asked && found == known)
            {
                continue;
            }

            // Editors write in several steps; the file is read once it stands still.
            do
            {
                known = found;
                await Task.Delay(Settle, clock, stoppingToken);
                found = Look(reader.FilePath);
            }
            while (found != known);

            _asked = false;
            if (known is not null)
            {
                Reload();
            }
            else if (hadFile)
            {
                Log.Gone(log, reader.FilePath);
            }

            hadFile = known is not null;
        }
    }

    /// <summary>Puts what was synced by this or another process in force.</summary>
    public void TakeSynced()
    {
        try
        {
            source.Synced = store.Load();
            Swap(store.Path);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Log.SyncedRefused(log, exception.Message);
        }
    }

    /// <summary>Puts a new catalogue of all that is known in force.</summary>
    /// <param name="cause">What has changed.</param>
    /// <param name="file">The operator's file where it has changed.</param>
    public void Swap(string cause, OperatorFile? file = null)
    {
        CatalogCounts counts;
        lock (_swapping)
        {
            var catalog = source.Build(file ?? _file);
            holder.Swap(catalog);
            _file = file ?? _file;
            counts = CatalogCounts.Of(catalog);
        }

        Log.Reloaded(log, cause, counts.RoutableModels, counts.Models);
    }

    /// <summary>Looks at the files now instead of at the next turn; returns before that is done.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    private FileSystemWatcher? TryWatch()
    {
        try
        {
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(reader.FilePath)!, Path.GetFileName(reader.FilePath));
            watcher.Changed += (_, _) => Wake();
            watcher.Created += (_, _) => Wake();
            watcher.Renamed += (_, _) => Wake();
            watcher.Deleted += (_, _) => Wake();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or PlatformNotSupportedException)
        {
            // Polling alone finds changes too, only later.
            return null;
        }
    }

    private static (string Target, long Length, DateTime Written)? Look(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            {
                file = target;
            }

            return file.Exists ? (file.FullName, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8001, LogLevel.Information, "{File} reloaded: {Routable} of {Models} models can be called.")]
        public static partial void Reloaded(ILogger logger, string file, int routable, int models);

        [LoggerMessage(8002, LogLevel.Error, "{File} has {Count} problem(s) and was not loaded; the old one stays in force.")]
        public static partial void Refused(ILogger logger, string file, int count);

        [LoggerMessage(8003, LogLevel.Error, "{Problem}")]
        public static partial void Problem(ILogger logger, string problem);

        [LoggerMessage(8004, LogLevel.Warning, "{File} is gone; what it said stays in force until the next start.")]
        public static partial void Gone(ILogger logger, string file);

        [LoggerMessage(8024, LogLevel.Error, "{Problem} What was in force stays.")]
        public static partial void SyncedRefused(ILogger logger, string problem);

        [LoggerMessage(8005, LogLevel.Warning, "These settings take effect at the next start: {Settings}.")]
        public static partial void NeedsRestart(ILogger logger, string settings);
    }
}
