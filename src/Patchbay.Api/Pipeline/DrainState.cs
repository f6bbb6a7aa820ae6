namespace Patchbay.Api;

/// <summary>Whether the server is stopping: it then takes no new requests and finishes the running ones.</summary>
public sealed class DrainState
{
    private volatile bool _isDraining;

    /// <summary>Whether the stop has begun.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Begins the stop; there is no way back.</summary>
    public void Begin() => _isDraining = true;
}
