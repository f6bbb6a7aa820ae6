using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Billing;
using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Tests;

/// <summary>What a power failure can leave of the journal: of the write that was under way any prefix, any of its sectors, or a
/// torn one. Whatever it is, all that was acknowledged before is there, and nothing is read that was never written.</summary>
public sealed class PowerLossTests : IDisposable
{
    private const int Capacity = 16 << 10;
    private const int Sector = 512;
    private const int Seed = 20261121;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("PATCHBAY_FULL") == "1";
    private static readonly Guid Database = Guid.CreateVersion7();

    private readonly DirectoryInfo _written = Directory.CreateTempSubdirectory("patchbay-trace-");
    private readonly DirectoryInfo _found = Directory.CreateTempSubdirectory("patchbay-power-");
    private readonly Random _random = new(Seed);
    private readonly List<string> _ids = [];
    private int _recoveries;

    /// <summary>Both files and what was known at one moment.</summary>
    private sealed record Moment(byte[][] Files, long Acknowledged, long Ingested);

    [Fact]
    public void Every_acknowledged_settlement_survives_whatever_part_of_the_next_write_reached_the_disk()
    {
        var moments = Record(groups: IsFull ? 200 : 60);
        for (var i = 0; i + 1 < moments.Count; i++)
        {
            // A segment is begun again only after what is in it has entered the database.
            var after = moments[i + 1];
            var before = moments[i] with { Ingested = after.Ingested };
            for (var slot = 0; slot < 2; slot++)
            {
                Check(before, before.Files);
                foreach (var torn in Tear(before.Files[slot], after.Files[slot], everyPrefix: IsFull || i < 3))
                {
                    Check(before, slot == 0 ? [torn, before.Files[1]] : [before.Files[0], torn]);
                }
            }
        }

        Check(moments[^1], moments[^1].Files);
        Assert.True(moments.Select(moment => moment.Ingested).Distinct().Count() > 2, "No segment was used again.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{_ids.Count} settlements, {moments.Count} writes, {_recoveries} recoveries");
    }

    public void Dispose()
    {
        _written.Delete(recursive: true);
        _found.Delete(recursive: true);
    }

    // One moment after each write that was flushed: groups of one to four records, in segments that take turns.
    private List<Moment> Record(int groups)
    {
        var folder = new JournalFolder(_written.FullName, TimeProvider.System);
        using var segments = new JournalSegments(folder, Database, Capacity);
        segments.Prepare();
        var moments = new List<Moment>();
        var ingested = 0L;
        for (var group = 0; group < groups; group++)
        {
            var payloads = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Payload()).ToList();
            var length = payloads.Sum(payload => payload.Length + JournalRecord.HeaderLength);
            var last = _ids.Count - payloads.Count;
            if (segments.Room < length)
            {
                segments.Close();
                ingested = last - _random.Next(2) * Math.Min(5, last);
                if (segments.Open(last + 1, ingested) != SegmentState.Open)
                {
                    ingested = last;
                    Assert.Equal(SegmentState.Open, segments.Open(last + 1, ingested));
                }

                moments.Add(Look(folder, last, ingested));
            }

            var buffer = new JournalBuffer();
            for (var i = 0; i < payloads.Count; i++)
            {
                JournalRecord.Append(buffer, segments.Salt, last + 1 + i, payloads[i]);
            }

            segments.Write(buffer.Span, _ids.Count);
            moments.Add(Look(folder, _ids.Count, ingested));
        }

        return moments;
    }

    private byte[] Payload()
    {
        var settlement = Samples.Settlement(new DateTimeOffset(2026, 3, 18, 12, 0, 0, TimeSpan.Zero), _random.Next(1, 1000));
        _ids.Add(settlement.Generation.Id);
        var buffer = new JournalBuffer();
        SettlementCodec.Write(buffer, settlement);
        return buffer.Span.ToArray();
    }

    private static Moment Look(JournalFolder folder, long acknowledged, long ingested) =>
        new([File.ReadAllBytes(folder.SegmentFile(0)), File.ReadAllBytes(folder.SegmentFile(1))], acknowledged, ingested);

    private IEnumerable<byte[]> Tear(byte[] before, byte[] after, bool everyPrefix)
    {
        var first = before.AsSpan().CommonPrefixLength(after);
        if (first == after.Length)
        {
            yield break;
        }

        var end = after.Length;
        while (before[end - 1] == after[end - 1])
        {
            end--;
        }

        for (var length = 1; length < end - first; length += everyPrefix ? 1 : _random.Next(1, 120))
        {
            yield return With(before, after, first, first + length);
        }

        // Any of the sectors, in whatever order the disk wrote them; and the last one half old, half new.
        for (var round = 0; round < 16; round++)
        {
            var image = (byte[])before.Clone();
            for (var sector = first / Sector * Sector; sector < end; sector += Sector)
            {
                var length = Math.Min(Sector, after.Length - sector);
                if (_random.Next(2) == 0)
                {
                    after.AsSpan(sector, length).CopyTo(image.AsSpan(sector));
                }
                else if (sector + Sector >= end && _random.Next(2) == 0)
                {
                    _random.NextBytes(image.AsSpan(sector + (length / 2), length - (length / 2)));
                }
            }

            yield return image;
        }
    }

    private static byte[] With(byte[] before, byte[] after, int from, int to)
    {
        var image = (byte[])before.Clone();
        after.AsSpan(from, to - from).CopyTo(image.AsSpan(from));
        return image;
    }

    private void Check(Moment moment, byte[][] files)
    {
        _recoveries++;
        foreach (var file in _found.GetFiles())
        {
            file.Delete();
        }

        var folder = new JournalFolder(_found.FullName, TimeProvider.System);
        for (var slot = 0; slot < 2; slot++)
        {
            File.WriteAllBytes(folder.SegmentFile(slot), files[slot]);
        }

        using var pending = new PendingSettlements(moment.Ingested, TimeProvider.System);
        var read = new List<Settlement>();
        new JournalReplay(folder, Database, pending, () => Take(pending, read), NullLogger.Instance).Run();
        Assert.True(
            moment.Ingested + read.Count >= moment.Acknowledged,
            $"{moment.Acknowledged - moment.Ingested - read.Count} of {moment.Acknowledged} acknowledged settlements are lost.");
        for (var i = 0; i < read.Count; i++)
        {
            Assert.Equal(_ids[(int)moment.Ingested + i], read[i].Generation.Id);
        }
    }

    private static Exception? Take(PendingSettlements pending, List<Settlement> read)
    {
        while (pending.Any)
        {
            var batch = new List<Settlement>();
            pending.Peek(batch);
            pending.Remove(batch.Count);
            read.AddRange(batch);
        }

        return null;
    }
}
