using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Patchbay.Server;

/// <summary>Writes the log to a stream from a thread of its own, at most every few milliseconds, so that under load many
/// lines share a write and a wake-up. A reader that stops reading loses messages once the queue is full; it never makes
/// requests wait.</summary>
internal sealed class OutputLoggerProvider : ILoggerProvider
{
    private const int QueueLength = 16 * 1024;
    private const int MostPerWrite = 64 * 1024;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, OutputLogger> _loggers = new(StringComparer.Ordinal);
    private readonly Channel<string> _queue = Channel.CreateBounded<string>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConsoleFormatter _formatter;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly Thread _thread;

    /// <summary>Begins to write.</summary>
    public OutputLoggerProvider(ConsoleFormatter formatter, Stream output)
    {
        _formatter = formatter;
        _thread = new Thread(() => Run(output)) { IsBackground = true, Name = "patchbay-log" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, provider) => new OutputLogger(provider, name), this);

    /// <summary>Writes what is queued and stops.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _stopping.Set();
        _thread.Join();
        _stopping.Dispose();
    }

    private void Run(Stream output)
    {
        var buffer = new ArrayBufferWriter<byte>(MostPerWrite);
        try
        {
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_queue.Reader.TryRead(out var message))
                {
                    Encoding.UTF8.GetBytes(message, buffer);
                    if (buffer.WrittenCount >= MostPerWrite)
                    {
                        Write(output, buffer);
                    }
                }

                Write(output, buffer);
                _stopping.Wait(Gather);
            }
        }
        catch (IOException)
        {
            // Nobody reads the log any more; the server goes on.
        }
    }

    private static void Write(Stream output, ArrayBufferWriter<byte> buffer)
    {
        output.Write(buffer.WrittenSpan);
        output.Flush();
        buffer.ResetWrittenCount();
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
