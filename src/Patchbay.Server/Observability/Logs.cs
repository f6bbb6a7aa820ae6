using Microsoft.Extensions.Logging.Console;

namespace Patchbay.Server;

/// <summary>How this process logs: to the standard output, our own messages from Information, others from Warning.</summary>
internal static class Logs
{
    /// <summary>Sets it up.</summary>
    public static void Configure(ILoggingBuilder logging, string format, bool demo)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Patchbay", LogLevel.Information);

        // Its mere presence makes an activity and a log scope for every request.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (demo)
        {
            // The sample traffic would scroll the start message away.
            logging.AddFilter("Patchbay.Api", LogLevel.Error);
        }

        // A failed start is told in one sentence by the command; a failed background service is critical.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        var services = logging.Services;
        if (format == "json")
        {
            logging.AddJsonConsole(options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        }

        // The framework's own console writes each message with a system call of its own.
        logging.ClearProviders();
        services.AddSingleton<ILoggerProvider>(provider => new OutputLoggerProvider(
            provider.GetServices<ConsoleFormatter>().First(formatter => formatter.Name == (format == "json" ? ConsoleFormatterNames.Json : LineFormatter.FormatterName)),
            Console.OpenStandardOutput()));
    }
}
