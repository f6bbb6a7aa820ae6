using System.Diagnostics;
using System.Globalization;

namespace Patchbay.Server;

/// <summary>What every operator wants to know of a process, under the customary names.</summary>
internal static class ProcessMetrics
{
    /// <summary>Writes them as of now.</summary>
    public static void WriteTo(PrometheusText text, string version)
    {
        text.Begin("patchbay_build_info", "The version of this server; always 1.", MetricKind.Gauge);
        text.Sample("patchbay_build_info", [KeyValuePair.Create("version", version)], 1);

        using var process = Process.GetCurrentProcess();
        text.Single("process_cpu_seconds_total", "User and system CPU time, in seconds.", MetricKind.Counter,
            process.TotalProcessorTime.TotalSeconds);
        text.Single("process_resident_memory_bytes", "Resident memory, in bytes.", MetricKind.Gauge, process.WorkingSet64);
        text.Single("process_start_time_seconds", "When the process started, in seconds since 1970.", MetricKind.Gauge,
            (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        text.Single("process_threads", "Threads of the process.", MetricKind.Gauge, process.Threads.Count);
        if (OperatingSystem.IsLinux())
        {
            text.Single("process_open_fds", "Open file descriptors.", MetricKind.Gauge,
                Directory.GetFileSystemEntries("/proc/self/fd").Length);
        }

        text.Begin("dotnet_gc_collections_total", "Garbage collections by generation.", MetricKind.Counter);
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            // A collection of a generation collects the younger ones too; each is counted once here.
            var older = generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0;
            text.Sample("dotnet_gc_collections_total",
                [KeyValuePair.Create("generation", generation.ToString(CultureInfo.InvariantCulture))],
                GC.CollectionCount(generation) - older);
        }

        text.Single("dotnet_gc_pause_seconds_total", "Time for which garbage collection stopped the process, in seconds.",
            MetricKind.Counter, GC.GetTotalPauseDuration().TotalSeconds);
        text.Single("dotnet_gc_allocated_bytes_total", "Bytes allocated since the start.", MetricKind.Counter,
            GC.GetTotalAllocatedBytes());
        text.Single("dotnet_gc_heap_bytes", "Size of the managed heap after the last collection, in bytes.",
            MetricKind.Gauge, GC.GetGCMemoryInfo().HeapSizeBytes);
        text.Single("dotnet_thread_pool_threads", "Threads of the thread pool.", MetricKind.Gauge, ThreadPool.ThreadCount);
        text.Single("dotnet_thread_pool_queue_length", "Work that waits for a thread.", MetricKind.Gauge,
            ThreadPool.PendingWorkItemCount);
    }
}
