using System.Globalization;

namespace Patchbay.Storage.Journal;

/// <summary>The journal's files in the data folder.</summary>
/// <param name="path">The data folder.</param>
/// <param name="clock">The clock for the names of files that are put aside.</param>
internal sealed class JournalFolder(string path, TimeProvider clock)
{
    /// <summary>How many segments alternate.</summary>
    public const int Segments = 2;

    /// <summary>Where settlements are kept that the database refuses.</summary>
    public string RefusedFile => Path.Combine(path, "settlements.refused");

    /// <summary>The file of a segment.</summary>
    public string SegmentFile(int slot) =>
        Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"settlements.{slot}"));

    /// <summary>Renames a file, so that it is neither used nor lost. Returns its new name.</summary>
    public string PutAside(string file, string reason)
    {
        var time = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
        for (var number = 0; ; number++)
        {
            var suffix = number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{number}");
            var target = $"{file}.{time}{suffix}.{reason}";
            if (!File.Exists(target))
            {
                File.Move(file, target);
                DiskFlush.Names(path);
                return target;
            }
        }
    }

    /// <summary>The sequence of the last whole record that a server of this database has written; 0 when there is none.
    /// </summary>
    public long ReadLastSequence(Guid databaseId)
    {
        var (epoch, last) = (0L, 0L);
        for (var slot = 0; slot < Segments; slot++)
        {
            using var reader = SegmentReader.TryOpen(SegmentFile(slot));
            if (reader is { HasHeader: true } && reader.Header.DatabaseId == databaseId && reader.Header.Epoch > epoch)
            {
                epoch = reader.Header.Epoch;
                last = reader.Header.First - 1;
                while (reader.TryRead(last + 1, out _))
                {
                    last++;
                }
            }
        }

        return last;
    }
}
