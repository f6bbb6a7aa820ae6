using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml;
using Microsoft.Extensions.Logging;
using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Keeps the credential of one provider and gets a new one before it expires. However many ask, there is one fetch
/// at a time; while the old one is good, nobody waits for the new one. After a failure the next fetch waits a little longer
/// each time, and until then everybody is told the failure at once.</summary>
internal sealed partial class TokenCache<T>(string provider, TokenSource<T> source)
    where T : class
{
    private static readonly TimeSpan LongestFetch = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLead = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BrandNew = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private volatile Kept? _kept;
    private Task<Outcome>? _fetch;
    private CredentialException? _failure;
    private DateTimeOffset _pauseUntil;
    private int _failures;

    /// <summary>The credential; at once while one is good.</summary>
    public ValueTask<T> GetAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        var now = context.Clock.GetUtcNow();
        if (_kept is not { } kept || now >= kept.UsableUntil)
        {
            return new(WaitAsync(Fetch(context, now), cancellationToken));
        }

        if (now >= kept.RefreshAt)
        {
            Fetch(context, now);
        }

        return new(kept.Value);
    }

    /// <summary>The provider refused the credential: unless it is brand-new, the next request waits for another.</summary>
    public void Refused(CredentialContext context)
    {
        if (_kept is { } kept && context.Clock.GetUtcNow() - kept.FetchedAt >= BrandNew)
        {
            _kept = null;
        }
    }

    private static async Task<T> WaitAsync(Task<Outcome> fetch, CancellationToken cancellationToken)
    {
        var outcome = await fetch.WaitAsync(cancellationToken);
        return outcome.Value
            ?? throw new CredentialException(outcome.Failure!.Kind, outcome.Failure.Message, outcome.Failure);
    }

    private Task<Outcome> Fetch(CredentialContext context, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_fetch is { IsCompleted: false })
            {
                return _fetch;
            }

            // Another may have fetched since the caller looked.
            if (_kept is { } kept && now < kept.RefreshAt)
            {
                return Task.FromResult(new Outcome(kept.Value, null));
            }

            if (_failure is not null && now < _pauseUntil)
            {
                return Task.FromResult(new Outcome(null, _failure));
            }

            return _fetch = FetchAsync(context);
        }
    }

    // Never throws, so that a fetch that nobody waits for any more is no unobserved exception.
    private async Task<Outcome> FetchAsync(CredentialContext context)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var limit = new CancellationTokenSource(LongestFetch);
        try
        {
            var token = await source.FetchAsync(context, limit.Token);
            Keep(context, token);
            return new Outcome(token.Value, null);
        }
        catch (Exception exception)
        {
            var failure = Explain(exception);
            Remember(context, failure);
            return new Outcome(null, failure);
        }
    }

    private void Keep(CredentialContext context, Token<T> token)
    {
        var now = context.Clock.GetUtcNow();
        var life = token.ExpiresAt - now;
        lock (_gate)
        {
            _kept = life <= TimeSpan.Zero
                ? null
                : token.ExpiresAt == DateTimeOffset.MaxValue
                    ? new Kept(token.Value, now, token.ExpiresAt, token.ExpiresAt)
                    : new Kept(token.Value, now, token.ExpiresAt - Least(life / 4, LongestLead), token.ExpiresAt - Least(life / 10, LongestMargin));
            if (_failures > 0)
            {
                Messages.Recovered(context.Log, provider, _failures);
            }

            _failure = null;
            _failures = 0;
        }
    }

    private void Remember(CredentialContext context, CredentialException failure)
    {
        lock (_gate)
        {
            _failures++;
            _failure = failure;
            var pause = Least(FirstPause * Math.Pow(2, Math.Min(_failures - 1, 10)), LongestPause);
            _pauseUntil = context.Clock.GetUtcNow() + pause;
            Messages.Failed(context.Log, provider, failure.Message);
        }
    }

    private static TimeSpan Least(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static CredentialException Explain(Exception exception) => exception switch
    {
        CredentialException known => known,
        OperationCanceledException => new(GatewayErrorKind.ProviderUnreachable, "The token service did not answer in time.", exception),
        HttpRequestException or SocketException =>
            new(GatewayErrorKind.ProviderUnreachable, "The token service cannot be reached.", exception),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException =>
            new(GatewayErrorKind.ProviderAuth, "A file that the credential is read from cannot be read.", exception),
        JsonException or XmlException or FormatException =>
            new(GatewayErrorKind.ProviderMalformed, "The credential, or the token service's answer, is not what it should be.", exception),
        CryptographicException or ArgumentException =>
            new(GatewayErrorKind.ProviderAuth, "The private key of the credential cannot be used.", exception),
        _ => new(GatewayErrorKind.ProviderAuth, $"The credential could not be made ({exception.GetType().Name}).", exception),
    };

    private readonly record struct Outcome(T? Value, CredentialException? Failure);

    private sealed class Kept(T value, DateTimeOffset fetchedAt, DateTimeOffset refreshAt, DateTimeOffset usableUntil)
    {
        public T Value { get; } = value;

        public DateTimeOffset FetchedAt { get; } = fetchedAt;

        public DateTimeOffset RefreshAt { get; } = refreshAt;

        public DateTimeOffset UsableUntil { get; } = usableUntil;
    }

    private static partial class Messages
    {
        [LoggerMessage(3000, LogLevel.Error, "No credential for {Provider}: {Reason}")]
        public static partial void Failed(ILogger logger, string provider, string reason);

        [LoggerMessage(3001, LogLevel.Information, "The credential for {Provider} could be had again after {Failures} failures.")]
        public static partial void Recovered(ILogger logger, string provider, int failures);
    }
}
