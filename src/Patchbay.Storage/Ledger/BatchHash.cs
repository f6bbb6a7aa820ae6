using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>What the hash of a batch covers. A changed, missing or added batch or entry breaks the chain from there on.</summary>
/// <param name="PreviousHash">The hash of the batch before.</param>
/// <param name="Id">The batch's id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="CreatedAt">When it was committed.</param>
/// <param name="Generations">How many generations it settles.</param>
/// <param name="ChargeNanos">The sum of their charges.</param>
/// <param name="Entries">Its entries in order.</param>
internal readonly record struct BatchHash(
    byte[] PreviousHash,
    long Id,
    LedgerBatchKind Kind,
    DateTimeOffset CreatedAt,
    long Generations,
    long ChargeNanos,
    IReadOnlyList<LedgerEntry> Entries)
{
    /// <summary>SHA-256 over all fields, numbers as 8 little-endian bytes, texts as length and UTF-8.</summary>
    public byte[] Compute()
    {
        var content = new ArrayBufferWriter<byte>(512);
        content.Write(PreviousHash);
        Write(content, Id);
        Write(content, (long)Kind);
        Write(content, CreatedAt.ToUnixTimeMilliseconds());
        Write(content, Generations);
        Write(content, ChargeNanos);
        Write(content, Entries.Count);
        foreach (var entry in Entries)
        {
            Write(content, entry.Debit);
            Write(content, entry.Credit);
            Write(content, entry.AmountNanos);
            Write(content, entry.Reference);
        }

        return SHA256.HashData(content.WrittenSpan);
    }

    private static void Write(ArrayBufferWriter<byte> content, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(content.GetSpan(sizeof(long)), value);
        content.Advance(sizeof(long));
    }

    private static void Write(ArrayBufferWriter<byte> content, string text)
    {
        Write(content, Encoding.UTF8.GetByteCount(text));
        content.Advance(Encoding.UTF8.GetBytes(text, content.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }
}
