using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Patchbay.Benchmarks;

if (args is ["--check-allocations", ..])
{
    var results = await AllocationCheck.RunAsync(CancellationToken.None);
    await Console.Out.WriteAsync(AllocationCheck.Table(results));
    return results.Exists(static result => !result.IsWithin) ? 1 : 0;
}

if (args is ["--tokenizer", ..])
{
    await Console.Out.WriteAsync(TokenizerSpeed.Measure(args.Length > 1 ? args[1] : null));
    return 0;
}

if (args is ["--processor-time", ..])
{
    await Console.Out.WriteAsync(ProcessorTime.Measure(args.Length > 1 ? args[1] : ""));
    return 0;
}

if (args is ["--routing", ..])
{
    var requests = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : SimulationReport.DefaultRequests;
    var seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : SimulationReport.DefaultSeed;
    await Console.Out.WriteAsync(SimulationReport.Run(requests, seed));
    return 0;
}

if (args is ["--hold-and-settle", ..])
{
    var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10;
    await Console.Out.WriteAsync(await HoldAndSettle.MeasureAsync(
        TimeSpan.FromSeconds(seconds), args.Length > 2 ? args[2] : null, CancellationToken.None));
    return 0;
}

// In this process: the repository's build rules are not meant for the projects that BenchmarkDotNet generates.
var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromTypes([typeof(LeafBenchmarks)]).Run(args is [] ? ["--filter", "*"] : args, config);
return 0;
