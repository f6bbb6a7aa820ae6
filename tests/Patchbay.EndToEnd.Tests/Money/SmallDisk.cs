using System.Diagnostics;
using System.Globalization;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A file system in memory that is full when the test wants it. Skips the test where mounting is not allowed.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string _path;

    /// <summary>Makes one of so many megabytes.</summary>
    public SmallDisk(int megabytes)
    {
        _path = Directory.CreateTempSubdirectory("patchbay-disk-").FullName;
        if (!OperatingSystem.IsLinux()
            || Run("mount", ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", _path]) != 0)
        {
            Directory.Delete(_path);
            Assert.Skip("A file system of its own needs root on Linux.");
        }

        Data = Directory.CreateDirectory(Path.Combine(_path, "data")).FullName;
    }

    /// <summary>An empty folder on it.</summary>
    public string Data { get; }

    private string Filler => Path.Combine(_path, "filler");

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        using var file = File.OpenHandle(Filler, FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        try
        {
            for (var position = 0L; ; position += block.Length)
            {
                RandomAccess.Write(file, block, position);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Filler);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Run("umount", ["-l", _path]) == 0)
        {
            Directory.Delete(_path);
        }
    }

    private static int Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
