using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Patchbay.Storage.Tests;

/// <summary>Keeps what is logged.</summary>
public sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, int Event, string Text)> _lines = new();

    public string[] Of(LogLevel level) => [.. _lines.Where(line => line.Level == level).Select(line => line.Text)];

    public int Count(int eventId) => _lines.Count(line => line.Event == eventId);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue((logLevel, eventId.Id, string.Create(CultureInfo.InvariantCulture, $"{formatter(state, exception)} {exception?.Message}")));
        }
    }

    public void Dispose()
    {
    }
}
