using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Patchbay.Server;

/// <summary>Writes the log to a stream from one thread, which takes everything that has queued up with one write. A reader
/// that stops reading loses messages once the queue is full; it never makes requests wait.</summary>
internal sealed class OutputLoggerProvider : ILoggerProvider
{
    private const int QueueLength = 16 * 1024;

    private readonly ConcurrentDictionary<string, OutputLogger> _loggers = new(StringComparer.Ordinal);
    private readonly Channel<string> _queue = Channel.CreateBounded<string>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConsoleFormatter _formatter;
    private readonly Task _writing;

    /// <summary>Begins to write.</summary>
    public OutputLoggerProvider(ConsoleFormatter formatter, Stream output)
    {
        _formatter = formatter;
        _writing = Task.Run(() => WriteAsync(output));
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, provider) => new OutputLogger(provider, name), this);

    /// <summary>Writes what is queued and stops.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
    }

    private async Task WriteAsync(Stream output)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), 32 * 1024);
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                while (_queue.Reader.TryRead(out var message))
                {
                    await writer.WriteAsync(message);
                }

                await writer.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Nobody reads the log any more; the server goes on.
        }
    }

    private sealed class OutputLogger(OutputLoggerProvider provider, string category) : ILogger
    {
        private static readonly ThreadLocal<StringWriter> Text = new(static () => new StringWriter());

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = Text.Value!;
            var entry = new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter);
            provider._formatter.Write(in entry, null, text);
            var builder = text.GetStringBuilder();
            if (builder.Length > 0)
            {
                provider._queue.Writer.TryWrite(builder.ToString());
                builder.Clear();
            }
        }
    }
}
