using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Patchbay.Storage.Journal;

/// <summary>Moves what was written from the system's memory to the disk.</summary>
internal static partial class DiskFlush
{
    private const int Interrupted = 4;

    // O_RDONLY | O_CLOEXEC
    private const int OpenToRead = 0x80000;

    /// <summary>Flushes a file's content. On Linux without its times (fdatasync(2)), which would be a second write.</summary>
    /// <exception cref="IOException">The disk refused; what is on it is unknown.</exception>
    public static void Data(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FlushData(file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new IOException("The file could not be flushed to the disk.", new Win32Exception(error));
            }
        }
    }

    /// <summary>Makes the names in a folder durable. Elsewhere than on Linux a flush of the file does that.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Names(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var handle = Open(folder, OpenToRead);
        if (handle.IsInvalid || FlushAll(handle) != 0)
        {
            throw new IOException(
                $"The folder '{folder}' could not be flushed to the disk.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushAll(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
