namespace Patchbay.Server;

/// <summary>What the command line said; null is "not given".</summary>
internal sealed record CommandLineValues
{
    /// <summary><c>--urls</c>.</summary>
    public string? Urls { get; init; }

    /// <summary><c>--data</c>.</summary>
    public string? Data { get; init; }

    /// <summary><c>--config</c>; must exist when it is given.</summary>
    public string? Config { get; init; }

    /// <summary><c>--log-format</c>.</summary>
    public string? LogFormat { get; init; }

    /// <summary><c>--demo</c>.</summary>
    public bool Demo { get; init; }

    /// <summary>The values that are settings, with the option that gave each.</summary>
    public IEnumerable<(string Option, string Key, string Value)> Settings()
    {
        if (Urls is not null)
        {
            yield return ("--urls", "server:urls", Urls);
        }

        if (Data is not null)
        {
            yield return ("--data", "server:data", Data);
        }

        if (LogFormat is not null)
        {
            yield return ("--log-format", "telemetry:log_format", LogFormat);
        }
    }
}
