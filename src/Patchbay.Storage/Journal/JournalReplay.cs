using Microsoft.Extensions.Logging;
using Patchbay.Billing;

namespace Patchbay.Storage.Journal;

/// <summary>Brings what a server left in the journal into the database. Run while no server can write either.</summary>
/// <param name="folder">The journal's files.</param>
/// <param name="databaseId">The database that they must belong to.</param>
/// <param name="pending">Knows the last sequence in the database; knows the last of all afterwards.</param>
/// <param name="ingest">Writes what is pending; returns the failure, if any.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class JournalReplay(
    JournalFolder folder, Guid databaseId, PendingSettlements pending, Func<Exception?> ingest, ILogger logger)
{
    private readonly Settlement[] _one = new Settlement[1];
    private int _waiting;

    /// <summary>Replays every record after the last one that the database has. What is no part of that is put aside.</summary>
    /// <exception cref="StorageRefusedException">A newer program wrote the journal.</exception>
    public void Run()
    {
        var before = pending.Durable;
        var readers = OpenSegments();
        try
        {
            var isBroken = false;
            for (var i = 0; i < readers.Count; i++)
            {
                var end = i + 1 < readers.Count ? readers[i + 1].Header.First : long.MaxValue;
                isBroken |= readers[i].Header.First > pending.Durable + 1;
                if (isBroken)
                {
                    PutAsideIfUsed(readers[i]);
                }
                else
                {
                    Replay(readers[i], end);
                }
            }

            Ingest();
        }
        catch (InvalidDataException exception)
        {
            throw new StorageRefusedException(
                $"{exception.Message} Use the version of Patchbay that wrote it, or ask for help: nothing was removed.", exception);
        }
        finally
        {
            readers.ForEach(static reader => reader.Dispose());
        }

        if (pending.Durable > before)
        {
            Log.Replayed(logger, pending.Durable - before);
        }
    }

    private List<SegmentReader> OpenSegments()
    {
        var readers = new List<SegmentReader>(JournalFolder.Segments);
        for (var slot = 0; slot < JournalFolder.Segments; slot++)
        {
            if (SegmentReader.TryOpen(folder.SegmentFile(slot)) is not { } reader)
            {
                continue;
            }

            if (reader.HasHeader && reader.Header.DatabaseId == databaseId)
            {
                readers.Add(reader);
                continue;
            }

            if (!reader.IsBlank)
            {
                Log.Orphaned(logger, folder.PutAside(reader.Path, "orphaned"));
            }

            reader.Dispose();
        }

        readers.Sort(static (left, right) => left.Header.Epoch.CompareTo(right.Header.Epoch));
        return readers;
    }

    // A gap comes from a database that was restored from a backup: what happened in between is unknown.
    private void PutAsideIfUsed(SegmentReader reader)
    {
        if (reader.TryRead(reader.Header.First, out _) || reader.HasRecordAfter(reader.Header.First))
        {
            Log.Orphaned(logger, folder.PutAside(reader.Path, "orphaned"));
        }
    }

    // Records from the end on are of a group whose flush failed, which the later segment replaced.
    private void Replay(SegmentReader reader, long end)
    {
        var sequence = reader.Header.First;
        while (sequence < end && reader.TryRead(sequence, out var payload))
        {
            if (sequence > pending.Durable)
            {
                // A hold may have been written down while its generation was settled.
                _one[0] = SettlementCodec.Read(payload) with { HoldRecorded = true };
                pending.Add(_one);
                if (++_waiting == PendingSettlements.BatchSize)
                {
                    Ingest();
                }
            }

            sequence++;
        }

        if (sequence > pending.Durable && sequence < end && reader.HasRecordAfter(sequence))
        {
            Log.Damaged(logger, sequence, folder.PutAside(reader.Path, "damaged"));
        }
    }

    private void Ingest()
    {
        _waiting = 0;
        if (ingest() is { } failure)
        {
            throw failure;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7014, Level = LogLevel.Information,
            Message = "{Count} settlements of the last run were brought from the journal into the database.")]
        public static partial void Replayed(ILogger logger, long count);

        [LoggerMessage(EventId = 7015, Level = LogLevel.Warning,
            Message = "A settlement journal does not continue this database (another database, or one restored from a backup). It was not used and is kept as {File}.")]
        public static partial void Orphaned(ILogger logger, string file);

        [LoggerMessage(EventId = 7016, Level = LogLevel.Warning,
            Message = "The settlement journal cannot be read at record {Sequence}, with records behind it: a write that a power failure cut, or damage. It is kept as {File}.")]
        public static partial void Damaged(ILogger logger, long sequence, string file);
    }
}
