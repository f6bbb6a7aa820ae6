using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patchbay.Providers;

/// <summary>What credentials may touch outside of a request: token services, variables, files, the clock and the log.
/// Thread-safe; one per process.</summary>
public sealed class CredentialContext : IDisposable
{
    private readonly Func<string, string?> _variables;

    /// <summary>Each part has its production value when it is not given.</summary>
    /// <param name="http">Opens the connections to token services. Owned: disposed with this.</param>
    /// <param name="clock">Tells when tokens expire.</param>
    /// <param name="log">Gets a line when a credential cannot be had, and when it can again.</param>
    /// <param name="variables">The environment variables.</param>
    public CredentialContext(
        HttpMessageInvoker? http = null,
        TimeProvider? clock = null,
        ILogger<CredentialContext>? log = null,
        Func<string, string?>? variables = null)
    {
        Http = http ?? CreateInvoker();
        Clock = clock ?? TimeProvider.System;
        Log = log ?? NullLogger<CredentialContext>.Instance;
        _variables = variables ?? Environment.GetEnvironmentVariable;
    }

    /// <summary>The clock that tokens expire by.</summary>
    public TimeProvider Clock { get; }

    internal HttpMessageInvoker Http { get; }

    internal ILogger Log { get; }

    // How long to wait before the first repetition of a failed call to a token service; doubled for each further one.
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    /// <summary>The variable's value; null when it is not set or empty.</summary>
    internal string? Variable(string name) => _variables(name) is { Length: > 0 } value ? value : null;

    /// <summary>The folder below which users keep their settings; null when there is none.</summary>
    internal string? HomeFolder => Variable("HOME") ?? Variable("USERPROFILE");

    private static HttpMessageInvoker CreateInvoker() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        MaxResponseHeadersLength = 64,
        ActivityHeadersPropagator = null,
    });
}
