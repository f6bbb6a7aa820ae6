using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Keeps requests away from an endpoint that is broken, and finds out by single requests when it is not. Closed
/// until there is proof of a defect; then open for 30 seconds; then half open: one request at a time, and the first that
/// is answered closes it. Not safe for threads by itself.
/// <para>Proof is a failed TLS handshake; three failures to connect within 30 seconds; five hard failures of any kind
/// without an answer between them, when they are half of the attempts of that time; half of five or more attempts that
/// began within 5 seconds; or half of twenty or more within 30.</para></summary>
internal sealed class CircuitBreaker
{
    /// <summary>How long it stays open, and the window of its counts.</summary>
    public const long OpenMs = 30_000;

    private const int ConnectFailuresToOpen = 3;
    private const int FailuresInARowToOpen = 5;
    private const int RequestsToJudge = 20;

    private long _openedAtMs;
    private long _openUntilMs;
    private long _probeUntilMs;
    private long _firstOfRowMs;
    private int _inARow;
    private int _begunInRow;
    private long _firstConnectFailureMs;
    private int _connectFailures;

    /// <summary>Open or half open.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Until when nobody is let through; 0 when it is closed.</summary>
    public long ShutUntilMs => IsOpen ? Math.Max(_openUntilMs, _probeUntilMs) : 0;

    /// <summary>An attempt begins: in the half open state it is the probe, and others wait for it.</summary>
    public void Begin(long nowMs)
    {
        _begunInRow++;
        if (IsOpen && nowMs >= _openUntilMs)
        {
            _probeUntilMs = nowMs + OpenMs;
        }
    }

    /// <summary>An attempt is being answered. One that began before the defect proves nothing.</summary>
    /// <returns>Whether this closed it.</returns>
    public bool Succeed(long beganMs)
    {
        if (IsOpen)
        {
            return beganMs >= _openedAtMs && Close();
        }

        if (_inARow > 0 && beganMs >= _firstOfRowMs)
        {
            _inARow = 0;
        }

        _connectFailures = 0;
        return false;
    }

    /// <summary>An attempt ended in a hard failure.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="nowMs">When.</param>
    /// <param name="burst">Attempts that began in the 5 seconds before the failed one did, with it, and how many of them
    /// failed.</param>
    /// <param name="window">The same for 30 seconds.</param>
    public void Fail(GatewayErrorKind kind, long nowMs, (long Begun, long Failed) burst, (long Begun, long Failed) window)
    {
        if (IsOpen)
        {
            // What was under way when it opened says nothing new.
            if (nowMs >= _openUntilMs)
            {
                Open(nowMs);
            }

            return;
        }

        if (_inARow++ == 0)
        {
            _firstOfRowMs = nowMs;
            _begunInRow = 1;
        }

        if (kind == GatewayErrorKind.ProviderUnreachable)
        {
            if (_connectFailures == 0 || nowMs - _firstConnectFailureMs > OpenMs)
            {
                _connectFailures = 0;
                _firstConnectFailureMs = nowMs;
            }

            _connectFailures++;
        }

        if (kind == GatewayErrorKind.ProviderTlsError
            || _connectFailures >= ConnectFailuresToOpen
            || (_inARow >= FailuresInARowToOpen && _inARow * 2 >= _begunInRow)
            || (burst.Failed >= FailuresInARowToOpen && burst.Failed * 2 >= burst.Begun)
            || (window.Begun >= RequestsToJudge && window.Failed * 2 >= window.Begun))
        {
            Open(nowMs);
        }
    }

    /// <summary>The endpoint says that it has too much to do: reachable, but no proof that it works again.</summary>
    public void Overloaded(long nowMs)
    {
        _connectFailures = 0;
        if (IsOpen && nowMs >= _openUntilMs)
        {
            Open(nowMs);
        }
    }

    /// <summary>The endpoint answered that this request or this key may not be served now: it is there.</summary>
    /// <returns>Whether this closed it.</returns>
    public bool Answered(long nowMs)
    {
        _connectFailures = 0;
        return IsOpen && nowMs >= _openUntilMs && Close();
    }

    /// <summary>The attempt ended without a result, such as a caller who left: another may probe.</summary>
    public void EndProbe() => _probeUntilMs = 0;

    private void Open(long nowMs)
    {
        IsOpen = true;
        _openedAtMs = nowMs;
        _openUntilMs = nowMs + OpenMs;
        _probeUntilMs = 0;
    }

    private bool Close()
    {
        IsOpen = false;
        _probeUntilMs = 0;
        _inARow = 0;
        _connectFailures = 0;
        return true;
    }
}
