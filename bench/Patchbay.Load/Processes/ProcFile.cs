using System.Globalization;

namespace Patchbay.Load;

/// <summary>What Linux says of a process.</summary>
internal static class ProcFile
{
    private const double TicksPerSecond = 100;

    /// <summary>Processor time used so far, user and system, in seconds.</summary>
    public static double CpuSeconds(int pid)
    {
        var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        // The name, in parentheses, may hold spaces; utime and stime are fields 14 and 15.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return ticks / TicksPerSecond;
    }

    /// <summary>A size from <c>/proc/PID/status</c>, such as VmRSS, in bytes.</summary>
    public static long Size(int pid, string name)
    {
        foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] == ':')
            {
                return long.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }
}
