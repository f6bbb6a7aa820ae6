using System.Text.Json;

namespace Patchbay.Benchmarks;

/// <summary>The budgets of allocations.json for the configuration that this was built in. Debug builds may need more:
/// their async methods have state machines on the heap.</summary>
internal static class AllocationBudgets
{
#if DEBUG
    private const string Configuration = "debug";
#else
    private const string Configuration = "release";
#endif

    /// <summary>Bytes per operation, by name.</summary>
    public static Dictionary<string, long> Read()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "allocations.json")));
        var budgets = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var leaf in file.RootElement.GetProperty("bytes_per_operation").EnumerateObject())
        {
            budgets[leaf.Name] = leaf.Value.TryGetProperty(Configuration, out var own)
                ? own.GetInt64()
                : leaf.Value.GetProperty("release").GetInt64();
        }

        return budgets;
    }
}
