using System.Buffers.Binary;

namespace Patchbay.Storage.Journal;

/// <summary>How one use of a segment begins. Written once for each use, in a page of its own before the records.</summary>
/// <param name="DatabaseId">The database that its settlements belong to.</param>
/// <param name="Epoch">Counts the uses of both segments: the higher one is the later.</param>
/// <param name="First">The sequence of its first record.</param>
/// <param name="Salt">Part of the checksum of its records; another one for each use.</param>
internal readonly record struct SegmentHeader(Guid DatabaseId, long Epoch, long First, long Salt)
{
    /// <summary>Where records begin.</summary>
    public const int Length = 4096;

    private const long Magic = 0x4C4E524A59414250; // "PBAYJRNL"
    private const int Version = 1;
    private const int Size = 60;

    /// <summary>Writes it to the start of a page.</summary>
    public void Write(Span<byte> page)
    {
        page.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(page, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(page[8..], Version);
        DatabaseId.TryWriteBytes(page[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(page[32..], Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(page[40..], First);
        BinaryPrimitives.WriteInt64LittleEndian(page[48..], Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(page[56..], JournalRecord.Checksum(0, 0, page[..56]));
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false when the bytes are something else.</summary>
    /// <exception cref="StorageRefusedException">A newer program wrote it.</exception>
    public static bool TryRead(ReadOnlySpan<byte> page, out SegmentHeader header)
    {
        header = default;
        if (page.Length < Size
            || BinaryPrimitives.ReadInt64LittleEndian(page) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(page[56..]) != JournalRecord.Checksum(0, 0, page[..56]))
        {
            return false;
        }

        var version = BinaryPrimitives.ReadInt64LittleEndian(page[8..]);
        if (version != Version)
        {
            throw new StorageRefusedException(
                $"The settlement journal has format {version}, but this program knows only {Version}. Use the version of Patchbay that wrote it.");
        }

        header = new SegmentHeader(
            new Guid(page.Slice(16, 16), bigEndian: true),
            BinaryPrimitives.ReadInt64LittleEndian(page[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[48..]));
        return true;
    }
}
