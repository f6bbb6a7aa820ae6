namespace Patchbay.Routing;

/// <summary>How long keys are to stay away from one endpoint. The operator's key can be read from any thread; what changes
/// or concerns other keys needs the endpoint's lock. Of other keys the 32 whose pauses end last are remembered.</summary>
internal sealed class KeyPauses
{
    private const int MostOthers = 32;

    private Pause _operators;
    private (CredentialId Credential, Pause Pause)[] _others = [];
    private int _count;

    private struct Pause
    {
        public long UntilMs;
        public long ToldUntilMs;
        public long RefusedUntilMs;

        public readonly long EndMs => Math.Max(UntilMs, RefusedUntilMs);
    }

    /// <summary>Until when the operator's key stays away, and until when it was itself told to; 0 for not.</summary>
    public (long UntilMs, long ToldUntilMs) ReadOperators(long nowMs) => At(
        Math.Max(Volatile.Read(ref _operators.UntilMs), Volatile.Read(ref _operators.RefusedUntilMs)),
        Volatile.Read(ref _operators.ToldUntilMs),
        nowMs);

    /// <summary>The same for any other key.</summary>
    public (long UntilMs, long ToldUntilMs) Read(CredentialId credential, long nowMs)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_others[i].Credential == credential)
            {
                return At(_others[i].Pause.EndMs, _others[i].Pause.ToldUntilMs, nowMs);
            }
        }

        return default;
    }

    /// <summary>A rate limit.</summary>
    public void Wait(CredentialId credential, long nowMs, long untilMs, long toldUntilMs)
    {
        ref var pause = ref Of(credential, nowMs);
        Volatile.Write(ref pause.UntilMs, Math.Max(pause.UntilMs, untilMs));
        Volatile.Write(ref pause.ToldUntilMs, Math.Max(pause.ToldUntilMs, toldUntilMs));
    }

    /// <summary>The key is refused.</summary>
    public void Refuse(CredentialId credential, long nowMs, long untilMs) =>
        Volatile.Write(ref Of(credential, nowMs).RefusedUntilMs, untilMs);

    /// <summary>The key works.</summary>
    public void Accept(CredentialId credential)
    {
        if (credential == CredentialId.Operators)
        {
            Volatile.Write(ref _operators.RefusedUntilMs, 0);
            return;
        }

        for (var i = 0; i < _count; i++)
        {
            if (_others[i].Credential == credential)
            {
                _others[i].Pause.RefusedUntilMs = 0;
            }
        }
    }

    private static (long UntilMs, long ToldUntilMs) At(long untilMs, long toldUntilMs, long nowMs) =>
        (nowMs < untilMs ? untilMs : 0, nowMs < toldUntilMs ? toldUntilMs : 0);

    // The pause of a key; where there is none yet, in the place of the one that ends first when all places are taken.
    private ref Pause Of(CredentialId credential, long nowMs)
    {
        if (credential == CredentialId.Operators)
        {
            return ref _operators;
        }

        var first = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_others[i].Credential == credential)
            {
                return ref _others[i].Pause;
            }

            first = _others[i].Pause.EndMs < _others[first].Pause.EndMs ? i : first;
        }

        if (_count > 0 && (_count == MostOthers || _others[first].Pause.EndMs <= nowMs))
        {
            _others[first] = (credential, default);
            return ref _others[first].Pause;
        }

        if (_count == _others.Length)
        {
            Array.Resize(ref _others, Math.Min(MostOthers, Math.Max(4, _count * 2)));
        }

        _others[_count] = (credential, default);
        return ref _others[_count++].Pause;
    }
}
