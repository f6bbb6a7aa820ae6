using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Patchbay.Server;

/// <summary>One line per message: time, level, category, text. Line breaks inside a message become spaces, so that a line
/// of the log is always one message; exceptions follow on lines of their own, indented.</summary>
internal sealed class LineFormatter(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name under which the console finds it.</summary>
    public const string FormatterName = "patchbay";

    // "2026-11-21T07:44:00.123" of the round-trip form, which is several times faster than a custom one.
    private const int Milliseconds = 23;

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        Span<char> time = stackalloc char[33];
        clock.GetUtcNow().UtcDateTime.TryFormat(time, out _, "O", CultureInfo.InvariantCulture);
        textWriter.Write(time[..Milliseconds]);
        textWriter.Write('Z');
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Critical => " CRIT  ",
            LogLevel.Error => " ERROR ",
            LogLevel.Warning => " WARN  ",
            LogLevel.Information => " info  ",
            _ => " debug ",
        });
        textWriter.Write(logEntry.Category.AsSpan(logEntry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        textWriter.Write(OneLine(message));
        textWriter.Write('\n');
        if (logEntry.Exception is { } exception)
        {
            foreach (var line in exception.ToString().AsSpan().EnumerateLines())
            {
                textWriter.Write("    ");
                textWriter.Write(line);
                textWriter.Write('\n');
            }
        }
    }

    private static string OneLine(string message) =>
        message.AsSpan().IndexOfAny('\r', '\n') < 0 ? message : message.ReplaceLineEndings(" ");
}
