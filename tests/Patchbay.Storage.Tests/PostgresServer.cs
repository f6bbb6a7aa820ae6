using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit.Sdk;

namespace Patchbay.Testing;

/// <summary>A private PostgreSQL server in a temporary folder on 127.0.0.1, started on first use and removed at the end.
/// Uses the binaries of the machine; without them tests are skipped, or fail where the environment says CI=true.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";

    private readonly SemaphoreSlim _starting = new(1);
    private DirectoryInfo? _directory;
    private string? _binaries;
    private int _port;
    private int _databases;

    /// <summary>A connection string for the server's own database.</summary>
    public async Task<string> StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_directory is null)
            {
                _binaries = FindBinaries() ?? throw Missing();
                await StartServerAsync(_binaries);
            }
        }
        finally
        {
            _starting.Release();
        }

        return ConnectionString("postgres");
    }

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await StartAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"patchbay_{Interlocked.Increment(ref _databases)}");
        await RunAsync("createdb", "-h", "127.0.0.1", "-p", Port, "-U", User, name);
        return ConnectionString(name);
    }

    /// <summary>Removes a database, whoever is connected.</summary>
    public Task DropDatabaseAsync(string name) =>
        RunAsync("dropdb", "-h", "127.0.0.1", "-p", Port, "-U", User, "--force", name);

    public async ValueTask DisposeAsync()
    {
        if (_directory is { } directory)
        {
            await RunAsync("pg_ctl", "-D", Data(directory), "-m", "immediate", "-w", "stop");
            directory.Delete(recursive: true);
        }

        _starting.Dispose();
    }

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    private static string Data(DirectoryInfo directory) => Path.Combine(directory.FullName, "data");

    private static Exception Missing()
    {
        const string reason = "PostgreSQL is not installed: no initdb under /usr/lib/postgresql/*/bin and none on PATH.";
        return Environment.GetEnvironmentVariable("CI") == "true"
            ? new InvalidOperationException(reason)
            : SkipException.ForSkip(reason);
    }

    private static string? FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(folder => folder, StringComparer.Ordinal)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username={User};Database={database};Include Error Detail=true";

    private async Task StartServerAsync(string binaries)
    {
        Assert.True(File.Exists(Path.Combine(binaries, "pg_ctl")), "initdb was found, but not pg_ctl.");
        var directory = Directory.CreateTempSubdirectory("patchbay-postgres-");
        if (Environment.IsPrivilegedProcess)
        {
            await ExecuteAsync("chown", User, directory.FullName);
        }

        await RunAsync("initdb", "-D", Data(directory), "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "-N");
        _port = FreePort();
        await RunAsync(
            "pg_ctl", "-D", Data(directory), "-w", "-l", Path.Combine(directory.FullName, "log"),
            "-o", $"-h 127.0.0.1 -p {Port} -k {directory.FullName} -c max_connections=200 -c fsync=off -c full_page_writes=off", "start");
        _directory = directory;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs a program of PostgreSQL, as the user postgres when we are root, whom it refuses.</summary>
    private Task RunAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(_binaries!, program);
        return Environment.IsPrivilegedProcess
            ? ExecuteAsync("runuser", ["-u", User, "--", path, .. arguments])
            : ExecuteAsync(path, arguments);
    }

    private static async Task ExecuteAsync(string program, params string[] arguments)
    {
        // Standard output is not read: the server inherits it and would keep it open.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" >/dev/null 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
