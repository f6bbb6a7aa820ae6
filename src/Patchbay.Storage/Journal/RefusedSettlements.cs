using Patchbay.Billing;

namespace Patchbay.Storage.Journal;

/// <summary>The file of settlements that are durable but that the database refuses for a fault of their own: records as in a
/// segment, with salt and sequence 0.</summary>
/// <param name="file">Where; made when the first is kept.</param>
internal sealed class RefusedSettlements(string file)
{
    /// <summary>The file.</summary>
    public string File => file;

    /// <summary>Appends one and flushes it.</summary>
    /// <exception cref="IOException">It could not be kept.</exception>
    public void Keep(Settlement settlement)
    {
        var payload = new JournalBuffer();
        SettlementCodec.Write(payload, settlement);
        var record = new JournalBuffer();
        JournalRecord.Append(record, salt: 0, sequence: 0, payload.Span);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(file, options))
        {
            stream.Write(record.Span);
            stream.Flush(flushToDisk: true);
        }

        DiskFlush.Names(Path.GetDirectoryName(file)!);
    }
}
