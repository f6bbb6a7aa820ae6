using Microsoft.Win32.SafeHandles;

namespace Patchbay.Storage.Journal;

/// <summary>The file of one segment. Its whole length is written when it is made, so that later writes change no metadata
/// and a flush of the content is all that they need.</summary>
internal sealed class SegmentFile : IDisposable
{
    private const int Block = 1 << 20;

    // What a new file leaves free: the database needs some, and without the journal it is all there is.
    private const long LeftFree = 8 << 20;

    private SegmentFile(SafeFileHandle handle) => Handle = handle;

    /// <summary>The open file, which tests close to make the disk fail.</summary>
    internal SafeFileHandle Handle { get; }

    /// <summary>Opens the file, or makes it anew when it is not there, has another length, or is not trusted.</summary>
    public static SegmentFile Prepare(string path, int length, bool isTrusted)
    {
        var file = new FileInfo(path);
        if (isTrusted && file.Exists && file.Length == length)
        {
            return new SegmentFile(File.OpenHandle(
                path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        }

        File.Delete(path);
        if (new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < length + LeftFree)
        {
            throw new IOException($"There is too little space on the disk for '{path}'.");
        }

        try
        {
            return Make(path, length);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Writes; not durable before <see cref="Flush"/>.</summary>
    public void Write(int position, ReadOnlySpan<byte> bytes) => RandomAccess.Write(Handle, bytes, position);

    /// <summary>Makes what was written durable.</summary>
    public void Flush() => DiskFlush.Data(Handle);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static SegmentFile Make(string path, int length)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(path, options))
        {
            var zeros = new byte[Math.Min(length, Block)];
            for (var written = 0; written < length; written += zeros.Length)
            {
                stream.Write(zeros, 0, Math.Min(zeros.Length, length - written));
            }

            stream.Flush(flushToDisk: true);
        }

        DiskFlush.Names(Path.GetDirectoryName(path)!);
        return new SegmentFile(File.OpenHandle(
            path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
    }
}
