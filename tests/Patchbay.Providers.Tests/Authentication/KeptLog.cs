using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Patchbay.Providers.Tests;

/// <summary>Keeps every line, with its exception.</summary>
internal sealed class KeptLog : ILogger<CredentialContext>
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");
}
