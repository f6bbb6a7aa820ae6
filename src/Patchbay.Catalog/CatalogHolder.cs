namespace Patchbay.Catalog;

/// <summary>Holds the catalogue in force. A request captures <see cref="Current"/> once and uses that to its end.</summary>
public sealed class CatalogHolder(CatalogSnapshot initial)
{
    private volatile CatalogSnapshot _current = initial;

    /// <summary>Raised after each <see cref="Swap"/>, on the thread that swapped, with the new catalogue.</summary>
    public event Action<CatalogSnapshot>? Changed;

    /// <summary>The catalogue in force.</summary>
    public CatalogSnapshot Current => _current;

    /// <summary>Puts a new catalogue in force for requests that begin from now on.</summary>
    public void Swap(CatalogSnapshot snapshot)
    {
        _current = snapshot;
        Changed?.Invoke(snapshot);
    }
}
