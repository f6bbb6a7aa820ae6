namespace Patchbay.Protocol;

/// <summary>Copies a scanned document with its splices made.</summary>
internal static class ChatSplicer
{
    /// <summary>The most bytes that the edits add to a document, usage aside.</summary>
    public static int Bound(ReadOnlySpan<byte> data, ReadOnlySpan<Splice> splices, in ResponseStamp stamp)
    {
        var each = 80 + stamp.Id.Length + stamp.Model.Length + stamp.Provider.Length;
        var bound = data.Length + each * 2;
        foreach (ref readonly var splice in splices)
        {
            bound += each + (splice.Kind == SpliceKind.FinishReasonAndNative ? splice.End - splice.Start : 0);
        }

        return bound;
    }

    /// <summary>Copies the range from <paramref name="from"/> to <paramref name="to"/>. Stops in front of a splice of
    /// kind <see cref="SpliceKind.Usage"/> and returns its index, else the number of splices.</summary>
    public static int Copy(
        ReadOnlySpan<byte> data,
        ref int from,
        int to,
        ReadOnlySpan<Splice> splices,
        int next,
        in ResponseStamp stamp,
        ref ByteSink sink)
    {
        for (; next < splices.Length && splices[next].End <= to; next++)
        {
            ref readonly var splice = ref splices[next];
            sink.Append(data[from..splice.Start]);
            from = splice.Start;
            if (splice.Kind == SpliceKind.Usage)
            {
                return next;
            }

            Replace(data, splice, stamp, ref sink);
            from = splice.End;
        }

        sink.Append(data[from..to]);
        from = to;
        return next;
    }

    /// <summary>Adds the members that the provider left out.</summary>
    public static void AppendMissing(bool id, bool model, ref bool hasMembers, in ResponseStamp stamp, ref ByteSink sink)
    {
        if (id)
        {
            sink.Append(hasMembers ? ",\"id\":\""u8 : "\"id\":\""u8);
            sink.Append(stamp.Id.Span);
            sink.Append((byte)'"');
            hasMembers = true;
        }

        if (model)
        {
            sink.Append(hasMembers ? ",\"model\":"u8 : "\"model\":"u8);
            AppendModelAndProvider(stamp, ref sink);
            hasMembers = true;
        }
    }

    /// <summary>The model's value and the provider's member behind it.</summary>
    public static void AppendModelAndProvider(in ResponseStamp stamp, ref ByteSink sink)
    {
        AppendModel(stamp, ref sink);
        sink.Append(",\"provider\":\""u8);
        sink.Append(stamp.Provider.Span);
        sink.Append((byte)'"');
    }

    private static void AppendModel(in ResponseStamp stamp, ref ByteSink sink)
    {
        sink.Append((byte)'"');
        sink.Append(stamp.Model.Span);
        sink.Append((byte)'"');
    }

    private static void Replace(
        ReadOnlySpan<byte> data, in Splice splice, in ResponseStamp stamp, ref ByteSink sink)
    {
        switch (splice.Kind)
        {
            case SpliceKind.Id:
                sink.Append((byte)'"');
                sink.Append(stamp.Id.Span);
                sink.Append((byte)'"');
                break;
            case SpliceKind.ModelAndProvider:
                AppendModelAndProvider(stamp, ref sink);
                break;
            case SpliceKind.Model:
                AppendModel(stamp, ref sink);
                break;
            case SpliceKind.FinishReason:
                sink.Append(FinishReasons.Json(splice.Reason));
                break;
            case SpliceKind.FinishReasonAndNative:
                sink.Append(FinishReasons.Json(splice.Reason));
                sink.Append(",\"native_finish_reason\":"u8);
                sink.Append(data[splice.Start..splice.End]);
                break;
            case SpliceKind.Null:
                sink.Append("null"u8);
                break;
            case SpliceKind.ReasoningName:
                sink.Append("\"reasoning\""u8);
                break;
            case SpliceKind.NoFinishReason:
                sink.Append(",\"finish_reason\":null"u8);
                break;
            case SpliceKind.ChunkObject:
                sink.Append("\"chat.completion.chunk\""u8);
                break;
            case SpliceKind.Drop:
            case SpliceKind.Usage:
            default:
                break;
        }
    }
}
