using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Patchbay.Load;

/// <summary>A process of ours, on one core when asked, its output in a file. Disposing it stops it and nothing else.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _log;

    private ChildProcess(Process process, string log)
    {
        _process = process;
        _log = log;
    }

    public int Id => _process.Id;

    /// <summary>A loopback port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts <c>dotnet FILE ARGUMENTS</c> with its output in <c>FOLDER/NAME.log</c>.</summary>
    public static ChildProcess Start(
        string name, int? core, string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var log = Path.Combine(folder, name + ".log");
        // The shell only redirects; exec keeps its process id for the program.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" >\"$log\" 2>&1");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(log);
        if (core is { } number)
        {
            start.ArgumentList.Add("taskset");
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        }

        start.ArgumentList.Add("dotnet");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return new ChildProcess(Process.Start(start)!, log);
    }

    /// <summary>Waits until this address answers 200.</summary>
    public async Task WaitUntilReadyAsync(ControlClient client, string path, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < TimeSpan.FromSeconds(30) && !_process.HasExited)
        {
            if (await client.IsReadyAsync(path, cancellationToken))
            {
                return;
            }

            await Task.Delay(50, cancellationToken);
        }

        throw new InvalidOperationException(
            $"{Path.GetFileNameWithoutExtension(_log)} did not become ready:\n{await File.ReadAllTextAsync(_log, cancellationToken)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await kill.WaitForExitAsync(CancellationToken.None);
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }
}
