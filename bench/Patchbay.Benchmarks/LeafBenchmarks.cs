using BenchmarkDotNet.Attributes;

namespace Patchbay.Benchmarks;

/// <summary>Time and allocations of every hot leaf.</summary>
[MemoryDiagnoser]
public class LeafBenchmarks
{
    private Action _run = static () => { };

    public static IEnumerable<string> Names => HotLeaves.Names;

    [ParamsSource(nameof(Names))]
    public string Leaf { get; set; } = "";

    [GlobalSetup]
    public void Prepare() => _run = HotLeaves.Create(Leaf);

    [Benchmark]
    public void Run() => _run();
}
