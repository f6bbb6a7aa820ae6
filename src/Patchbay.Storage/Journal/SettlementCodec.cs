using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Journal;

/// <summary>A settlement as bytes. The first byte is the form's version.</summary>
internal static class SettlementCodec
{
    private const byte Plain = 1;

    // Added to the version where the kind of each attempt is written: only where one is not the ordinary kind.
    private const byte WithKinds = 1;

    // Added to the version where the two members on how the request was routed are written; most records do without.
    private const byte Routed = 2;

    // Added to the version where fee and discount are written; most records have neither.
    private const byte WithFees = 4;

    // Added to the version where the leases have to do with own provider keys: two numbers more at the end.
    private const byte WithOwnKeys = 8;

    // Among the flags, where a hold was taken from leased slices: which ones follows at the end.
    private const byte Leased = 8;

    private const byte Newest = Plain + WithKinds + Routed + WithFees + WithOwnKeys;

    /// <summary>Appends the settlement.</summary>
    public static void Write(JournalBuffer buffer, Settlement settlement)
    {
        var generation = settlement.Generation;
        var withKinds = HasKinds(generation.Attempts);
        var isRouted = generation.Router is not null || generation.Routing is not null;
        var hasFees = generation.Fee != Money.Zero || generation.Discount != Money.Zero;
        var leases = settlement.Leases;
        buffer.Byte((byte)(Plain + (withKinds ? WithKinds : 0) + (isRouted ? Routed : 0) + (hasFees ? WithFees : 0)
            + (leases.IsPlain ? 0 : WithOwnKeys)));
        buffer.Byte(Flags(settlement));
        buffer.Text(generation.Id);
        buffer.Fixed(generation.CreatedAt.UtcTicks);
        buffer.Id(generation.OrganizationId);
        buffer.Id(generation.WorkspaceId);
        buffer.Id(generation.KeyId);
        buffer.Id(generation.MemberId);
        buffer.Text(generation.Model);
        buffer.Text(generation.ProviderName);
        buffer.Text(generation.EndpointId);
        buffer.Text(generation.UpstreamId);
        buffer.Text(generation.ApiType);
        buffer.Number((long)generation.Outcome);
        buffer.Text(generation.ErrorCode);
        buffer.Text(generation.FinishReason);
        buffer.Text(generation.NativeFinishReason);
        UsageCodec.Write(buffer, generation.Usage);
        buffer.Number(generation.Charge.Nanos);
        buffer.Number(generation.ProviderCost.Nanos);
        buffer.Number(generation.Loss.Nanos);
        buffer.Number(generation.PriceVersion);
        buffer.Number(generation.LatencyMs);
        buffer.Number((long)generation.DurationMs);
        buffer.Text(generation.ServiceTier);
        buffer.Text(generation.SessionId);
        buffer.Text(generation.ExternalUser);
        buffer.Text(generation.UserAgent);
        buffer.Text(generation.Referer);
        WriteAttempts(buffer, generation.Attempts, withKinds);
        buffer.Text(settlement.ProviderSlug);
        WriteLosses(buffer, settlement.Losses);
        if (isRouted)
        {
            buffer.Text(generation.Router);
            buffer.Text(generation.Routing);
        }

        if (hasFees)
        {
            buffer.Number(generation.Fee.Nanos);
            buffer.Number(generation.Discount.Nanos);
        }

        if (!leases.IsNone)
        {
            buffer.Number(leases.Mask);
            buffer.Number(leases.Epoch);
            buffer.Number((long)leases.Day.DayNumber);
            if (!leases.IsPlain)
            {
                buffer.Number(leases.Byok.Nanos);
                buffer.Number(leases.Free?.Nanos ?? -1);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a settlement of a version that this program knows.</exception>
    public static Settlement Read(ReadOnlySpan<byte> payload)
    {
        var reader = new JournalReader(payload);
        var version = reader.Byte();
        if (version is < Plain or > Newest)
        {
            throw new InvalidDataException(
                $"The settlement journal holds records of version {version}, but this program knows only up to {Newest}.");
        }

        var flags = reader.Byte();
        var generation = ReadGeneration(ref reader, flags, ((version - Plain) & WithKinds) != 0);
        var settlement = new Settlement(generation, reader.TextOrNull(), ReadLosses(ref reader))
        {
            HoldRecorded = (flags & 4) != 0,
        };
        if (((version - Plain) & Routed) != 0)
        {
            generation = generation with { Router = reader.TextOrNull(), Routing = reader.TextOrNull() };
        }

        if (((version - Plain) & WithFees) != 0)
        {
            generation = generation with { Fee = new Money(reader.Number()), Discount = new Money(reader.Number()) };
        }

        settlement = settlement with { Generation = generation };

        if ((flags & Leased) != 0)
        {
            var leases = new LeaseUse(reader.Number(), reader.Number(), DateOnly.FromDayNumber(reader.Int32()));
            if (((version - Plain) & WithOwnKeys) != 0)
            {
                leases = leases with
                {
                    Byok = new Money(reader.Number()),
                    Free = reader.Number() is var free && free >= 0 ? new Money(free) : null,
                };
            }

            settlement = settlement with { Leases = leases };
        }

        return reader.IsAtEnd
            ? settlement
            : throw new InvalidDataException("A record of the settlement journal is longer than what it holds.");
    }

    private static byte Flags(Settlement settlement) => (byte)(
        (settlement.Generation.Streamed ? 1 : 0) | (settlement.Generation.IsByok ? 2 : 0) | (settlement.HoldRecorded ? 4 : 0)
        | (settlement.Leases.IsNone ? 0 : Leased));

    // The initializers run in this order, which is that of the fields.
    private static Generation ReadGeneration(ref JournalReader reader, byte flags, bool withKinds) => new()
    {
        Streamed = (flags & 1) != 0,
        IsByok = (flags & 2) != 0,
        Id = reader.Text(),
        CreatedAt = new DateTimeOffset(reader.Fixed(), TimeSpan.Zero),
        OrganizationId = reader.Id(),
        WorkspaceId = reader.Id(),
        KeyId = reader.IdOrNull(),
        MemberId = reader.IdOrNull(),
        Model = reader.Text(),
        ProviderName = reader.TextOrNull(),
        EndpointId = reader.TextOrNull(),
        UpstreamId = reader.TextOrNull(),
        ApiType = reader.Text(),
        Outcome = (GenerationOutcome)reader.Int32(),
        ErrorCode = reader.TextOrNull(),
        FinishReason = reader.TextOrNull(),
        NativeFinishReason = reader.TextOrNull(),
        Usage = UsageCodec.Read(ref reader),
        Charge = new Money(reader.Number()),
        ProviderCost = new Money(reader.Number()),
        Loss = new Money(reader.Number()),
        PriceVersion = reader.Number(),
        LatencyMs = reader.Int32OrNull(),
        DurationMs = reader.Int32(),
        ServiceTier = reader.TextOrNull(),
        SessionId = reader.TextOrNull(),
        ExternalUser = reader.TextOrNull(),
        UserAgent = reader.TextOrNull(),
        Referer = reader.TextOrNull(),
        Attempts = ReadAttempts(ref reader, withKinds),
    };

    private static void WriteAttempts(JournalBuffer buffer, IReadOnlyList<GenerationAttempt> attempts, bool withKinds)
    {
        buffer.Number((long)attempts.Count);
        for (var i = 0; i < attempts.Count; i++)
        {
            var attempt = attempts[i];
            buffer.Text(attempt.EndpointId);
            buffer.Text(attempt.ProviderName);
            buffer.Text(attempt.Model);
            buffer.Number((long)attempt.Status);
            buffer.Text(attempt.ErrorCode);
            buffer.Number((long)attempt.LatencyMs);
            if (withKinds)
            {
                buffer.Byte((byte)attempt.Kind);
            }
        }
    }

    private static bool HasKinds(IReadOnlyList<GenerationAttempt> attempts)
    {
        for (var i = 0; i < attempts.Count; i++)
        {
            if (attempts[i].Kind != AttemptKind.Ordinary)
            {
                return true;
            }
        }

        return false;
    }

    private static List<GenerationAttempt> ReadAttempts(ref JournalReader reader, bool withKinds)
    {
        var attempts = new List<GenerationAttempt>();
        for (var rest = reader.Int32(); rest > 0; rest--)
        {
            attempts.Add(new GenerationAttempt(
                reader.Text(), reader.Text(), reader.Text(), reader.Int32(), reader.TextOrNull(), reader.Int32())
            {
                Kind = withKinds ? (AttemptKind)reader.Byte() : AttemptKind.Ordinary,
            });
        }

        return attempts;
    }

    private static void WriteLosses(JournalBuffer buffer, IReadOnlyList<LossPosting> losses)
    {
        buffer.Number((long)losses.Count);
        for (var i = 0; i < losses.Count; i++)
        {
            buffer.Text(losses[i].Account);
            buffer.Text(losses[i].ProviderSlug);
            buffer.Number(losses[i].Amount.Nanos);
        }
    }

    private static List<LossPosting> ReadLosses(ref JournalReader reader)
    {
        var losses = new List<LossPosting>();
        for (var rest = reader.Int32(); rest > 0; rest--)
        {
            losses.Add(new LossPosting(reader.Text(), reader.Text(), new Money(reader.Number())));
        }

        return losses;
    }
}
