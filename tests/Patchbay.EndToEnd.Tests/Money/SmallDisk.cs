using System.Diagnostics;
using System.Globalization;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A file system in memory that is full when the test wants it. Skips the test where mounting is not allowed.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string _path;

    /// <summary>Makes one of so many megabytes.</summary>
    public SmallDisk(int megabytes)
    {
        _path = Directory.CreateTempSubdirectory("patchbay-disk-").FullName;
        var isMounted = OperatingSystem.IsLinux() && AsRoot.Run(
            "mount", ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=777"), "tmpfs", _path]);
        if (!isMounted)
        {
            Directory.Delete(_path);
        }

        Repository.SkipUnless(isMounted, "A file system of its own needs root on Linux.");

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
        if (AsRoot.Run("umount", ["-l", _path]))
        {
            Directory.Delete(_path);
        }
    }
}

/// <summary>Programs that need root, where the tests have it or may take it without a password.</summary>
internal static class AsRoot
{
    /// <summary>The program to start, which is sudo(8) for an ordinary user.</summary>
    public static ProcessStartInfo Start(string program, IEnumerable<string> arguments) =>
        new(Environment.IsPrivilegedProcess ? program : "sudo", Environment.IsPrivilegedProcess ? arguments : ["-n", program, .. arguments])
        {
            RedirectStandardError = true,
        };

    /// <summary>Whether it ended well.</summary>
    public static bool Run(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(Start(program, arguments))!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
