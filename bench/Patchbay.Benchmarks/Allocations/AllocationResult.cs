namespace Patchbay.Benchmarks;

/// <summary>What an operation allocates beside its budget.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Bytes">Bytes per operation.</param>
/// <param name="Budget">The most that is allowed; null when allocations.json has none.</param>
internal sealed record AllocationResult(string Name, long Bytes, long? Budget)
{
    public bool IsWithin => Bytes <= Budget;
}
