using System.Runtime.InteropServices;

namespace Patchbay.Server;

/// <summary>What the operating system asks of the process: to stop (SIGTERM, SIGINT, SIGQUIT), to stop at once (a second
/// one), to read the configuration again (SIGHUP).</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _second = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Completes at the first wish to stop.</summary>
    public Task First => _first.Task;

    /// <summary>Ends at the second wish to stop.</summary>
    public CancellationToken Second => _second.Token;

    /// <summary>Takes the signals of this process until it is disposed.</summary>
    public void Listen(Action? reload)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Stop();
            }));
        }

        if (!OperatingSystem.IsWindows())
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                reload?.Invoke();
            }));
        }
    }

    /// <summary>Wishes to stop.</summary>
    public void Stop()
    {
        if (!_first.TrySetResult())
        {
            _second.Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _second.Dispose();
    }
}

/// <summary>Leaves the signals to <see cref="StopSignals"/>.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
