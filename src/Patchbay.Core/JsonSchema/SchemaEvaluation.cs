namespace Patchbay.Core;

/// <summary>The work that one check may do. Once it is spent, everything counts as valid, so that the check ends soon.
/// </summary>
internal struct SchemaEvaluation
{
    private const int MostSteps = 200_000;
    private const int DeepestCall = 192;

    private int _steps;
    private int _depth;

    /// <summary>More would have been needed than is allowed.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Takes some work; false when there is none left.</summary>
    public bool Take(int steps = 1)
    {
        IsExhausted |= (_steps += steps) > MostSteps;
        return !IsExhausted;
    }

    /// <summary>Goes one schema deeper; false when that is too deep.</summary>
    public bool Enter()
    {
        IsExhausted |= ++_depth > DeepestCall;
        return Take();
    }

    /// <summary>Comes back.</summary>
    public void Leave() => _depth--;
}
