using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Patchbay.Load;

/// <summary>The result as Markdown: medians over the rounds, and Patchbay beside the forwarder.</summary>
internal sealed class LoadReport(
    LoadWorld world, IReadOnlyDictionary<string, Expectation> expectations, IReadOnlyList<Finding> findings,
    IReadOnlyList<string> faults)
{
    private readonly StringBuilder _text = new();

    public string Write(IReadOnlyList<Scenario> scenarios)
    {
        WriteFacts();
        foreach (var scenario in scenarios)
        {
            Line($"\n### {scenario.Title}\n");
            if (scenario.Once)
            {
                WriteCrowd(scenario);
            }
            else if (scenario.Streamed)
            {
                WriteStreams(scenario);
            }
            else
            {
                WritePlain(scenario);
            }
        }

        Line(faults.Count == 0
            ? "\nEvery answer was right: status, text, number of events, usage, end. Where Patchbay ran, the key's usage is exactly the sum of the costs that the answers told."
            : $"\n**Wrong: {string.Join("; ", faults)}**");
        return _text.ToString();
    }

    private void WriteFacts()
    {
        var version = FileVersionInfo.GetVersionInfo(world.Options.Server).ProductVersion ?? "unknown";
        var commit = version.Contains('+', StringComparison.Ordinal) ? version[(version.IndexOf('+', StringComparison.Ordinal) + 1)..] : version;
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal));
        Line($"- Machine: {cpu?.Split(':')[^1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()}, {File.ReadLines("/proc/cpuinfo").Count(static line => line.StartsWith("processor", StringComparison.Ordinal))} cores, load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the end");
        Line($"- Runtime: {RuntimeInformation.FrameworkDescription}; server built from {commit}");
        Line($"- Placement: {world.Placement}; inline socket events: {(world.Options.InlineIo ? "on" : "off")}");
        Line($"- Medians of {world.Options.Rounds} rounds of {world.Options.Seconds} s; targets in turn within each round; everything on loopback");
        Line($"- Patchbay: authentication by a key with a limit, routing, holds, durable settlement in SQLite, usage rows");
    }

    private void WritePlain(Scenario scenario)
    {
        var direct = findings.Any(finding => finding.Target == "direct");
        Line($"Request {BodyBytes(scenario)} bytes, answer {expectations[scenario.Name].Bytes} bytes.\n");
        Line("| target | requests/s | CPU µs per request | gateway busy | load busy | p50 µs | p99 µs | added p50 µs | added p99 µs |");
        Line("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var target in world.Options.Targets)
        {
            var p50 = Median(target, scenario, static m => Measurement.Micros(m.Whole, 0.5));
            var p99 = Median(target, scenario, static m => Measurement.Micros(m.Whole, 0.99));
            var added50 = direct ? p50 - Median("direct", scenario, static m => Measurement.Micros(m.Whole, 0.5)) : double.NaN;
            var added99 = direct ? p99 - Median("direct", scenario, static m => Measurement.Micros(m.Whole, 0.99)) : double.NaN;
            Line($"| {target} | {Median(target, scenario, static m => m.PerSecond):F0} | {Cpu(target, scenario, static m => m.CpuPerRequest)} | {Busy(target, scenario)} | {LoadBusy(target, scenario)} | {p50:F0} | {p99:F0} | {added50:F0} | {added99:F0} |");
        }

        WriteRatio(scenario, "CPU per request", static m => m.CpuPerRequest);
        WriteRatio(scenario, "throughput", static m => m.PerSecond);
    }

    private void WriteStreams(Scenario scenario)
    {
        Line($"{expectations[scenario.Name].Events} events a stream, `[DONE]` included.\n");
        Line("| target | events/s | CPU µs per event | CPU µs per stream | gateway busy | load busy | first byte p50 µs | p99 µs |");
        Line("|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var target in world.Options.Targets)
        {
            Line($"| {target} | {Median(target, scenario, static m => m.Events / m.Seconds):F0} | {Cpu(target, scenario, static m => m.CpuPerEvent)} | {Cpu(target, scenario, static m => m.CpuPerRequest)} | {Busy(target, scenario)} | {LoadBusy(target, scenario)} | {Median(target, scenario, static m => Measurement.Micros(m.FirstByte, 0.5)):F0} | {Median(target, scenario, static m => Measurement.Micros(m.FirstByte, 0.99)):F0} |");
        }

        WriteRatio(scenario, "CPU per event", static m => m.CpuPerEvent);
    }

    private void WriteCrowd(Scenario scenario)
    {
        Line($"{expectations[scenario.Name].Events} events a stream, `[DONE]` included; a fresh process of each gateway.\n");
        Line("| target | streams | wrong | events lost | memory before MiB | with all streams MiB | KiB per stream | peak MiB | CPU µs per event | first byte p50 µs | p99 µs |");
        Line("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var finding in findings.Where(finding => finding.Scenario == scenario.Name && finding.Target != "direct"))
        {
            var m = finding.Measurement;
            var lost = (m.Requests * expectations[scenario.Name].Events) - m.Events;
            Line($"| {finding.Target} | {m.Requests} | {m.Faults} | {lost} | {Mebi(m.MemoryBefore)} | {Mebi(m.MemoryDuring)} | {(m.MemoryDuring - m.MemoryBefore) / 1024.0 / scenario.Connections:F1} | {Mebi(m.MemoryPeak)} | {m.CpuPerEvent:F1} | {Measurement.Micros(m.FirstByte, 0.5):F0} | {Measurement.Micros(m.FirstByte, 0.99):F0} |");
        }

        WriteRatio(scenario, "CPU per event", static m => m.CpuPerEvent);
    }

    private void WriteRatio(Scenario scenario, string what, Func<Measurement, double> value)
    {
        var patchbay = Median("patchbay", scenario, value);
        foreach (var other in (string[])["forwarder-default", "forwarder", "baseline"])
        {
            var floor = Median(other, scenario, value);
            if (!double.IsNaN(floor) && !double.IsNaN(patchbay))
            {
                Line($"\nPatchbay / {other}, {what}: **{patchbay / floor:F2}**");
            }
        }
    }

    private string Cpu(string target, Scenario scenario, Func<Measurement, double> value) =>
        target == "direct" ? "–" : string.Create(CultureInfo.InvariantCulture, $"{Median(target, scenario, value):F1}");

    private string Busy(string target, Scenario scenario) => target == "direct" ? "–" : string.Create(
        CultureInfo.InvariantCulture, $"{Median(target, scenario, static m => 100 * m.GatewayCpu / m.Seconds):F0} %");

    private string LoadBusy(string target, Scenario scenario) => string.Create(
        CultureInfo.InvariantCulture, $"{Median(target, scenario, static m => 100 * m.LoadCpu / m.Seconds):F0} %");

    private double Median(string target, Scenario scenario, Func<Measurement, double> value)
    {
        double[] values = [.. findings
            .Where(finding => finding.Target == target && finding.Scenario == scenario.Name)
            .Select(finding => value(finding.Measurement))
            .Order()];
        return values.Length == 0 ? double.NaN
            : values.Length % 2 == 1 ? values[values.Length / 2]
            : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }

    private static int BodyBytes(Scenario scenario) => LoadRequest.Create(
        new Uri("http://127.0.0.1/"), "/", "", scenario.UpstreamModel, scenario.Streamed, false).BodyBytes;

    private static string Mebi(long bytes) => (bytes / 1048576.0).ToString("F1", CultureInfo.InvariantCulture);

    private void Line(FormattableString text) => _text.AppendLine(text.ToString(CultureInfo.InvariantCulture));

    private void Line(string text) => _text.AppendLine(text);
}
