using System.Text;

namespace Patchbay.Protocol;

/// <summary>Reads where an answer comes from: <c>groundingMetadata</c> of searches
/// (https://ai.google.dev/gemini-api/docs/google-search) and <c>citationMetadata</c> of what the model recites
/// (https://ai.google.dev/api/generate-content#CitationMetadata).</summary>
internal static class GeminiGrounding
{
    /// <summary>How many searches are billed: one for each query from Gemini 3 on, one for the whole prompt before
    /// (https://ai.google.dev/gemini-api/docs/pricing).</summary>
    public static long Searches(ReadOnlySpan<byte> grounding, ReadOnlySpan<byte> model)
    {
        var count = 0L;
        var cursor = new JsonCursor(grounding);
        while (cursor.NextMember())
        {
            if (cursor.Is("webSearchQueries"u8))
            {
                var queries = new JsonCursor(cursor.Value);
                while (queries.NextItem())
                {
                    count++;
                }
            }
        }

        return GeminiModel.Of(Encoding.UTF8.GetString(model)).Generation >= 3 ? count : Math.Min(count, 1);
    }

    /// <summary>Hands every support of a search to the sink, one annotation for each of its sources; sources that support
    /// nothing in particular come without a stretch.</summary>
    public static void Report(ReadOnlySpan<byte> grounding, ReadOnlySpan<byte> text, JsonScratch scratch, AnswerSink sink)
    {
        ReadOnlySpan<byte> chunks = default, supports = default;
        var cursor = new JsonCursor(grounding);
        while (cursor.NextMember())
        {
            if (cursor.Is("groundingChunks"u8))
            {
                chunks = cursor.Value;
            }
            else if (cursor.Is("groundingSupports"u8))
            {
                supports = cursor.Value;
            }
        }

        var hasSupport = false;
        var entries = new JsonCursor(supports);
        while (entries.NextItem())
        {
            hasSupport = true;
            ReportSupport(entries.Value, chunks, text, scratch, sink);
        }

        if (!hasSupport)
        {
            var sources = new JsonCursor(chunks);
            while (sources.NextItem())
            {
                Annotate(sources.Value, default, scratch, sink);
            }
        }
    }

    /// <summary>Hands the sources of recited stretches to the sink, those that have an address.</summary>
    public static void ReportSources(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> text, JsonScratch scratch, AnswerSink sink)
    {
        var cursor = new JsonCursor(metadata);
        while (cursor.NextMember())
        {
            if (!cursor.Is("citationSources"u8) && !cursor.Is("citations"u8))
            {
                continue;
            }

            var sources = new JsonCursor(cursor.Value);
            while (sources.NextItem())
            {
                ReadOnlySpan<byte> url = default, title = default;
                long start = 0, end = 0;
                var source = new JsonCursor(sources.Value);
                while (source.NextMember())
                {
                    if (source.Is("uri"u8))
                    {
                        url = scratch.Text(source.Value);
                    }
                    else if (source.Is("title"u8))
                    {
                        title = scratch.Text(source.Value);
                    }
                    else if (source.Is("startIndex"u8))
                    {
                        start = JsonScalar.Count(source.Value) ?? 0;
                    }
                    else if (source.Is("endIndex"u8))
                    {
                        end = JsonScalar.Count(source.Value) ?? 0;
                    }
                }

                if (!url.IsEmpty)
                {
                    var (from, to) = Units(text, start, end);
                    sink.Annotation(new Citation { Url = url, Title = title, Start = from, End = to });
                }
            }
        }
    }

    private static void ReportSupport(
        ReadOnlySpan<byte> json, ReadOnlySpan<byte> chunks, ReadOnlySpan<byte> text, JsonScratch scratch, AnswerSink sink)
    {
        ReadOnlySpan<byte> segment = default, indices = default;
        var support = new JsonCursor(json);
        while (support.NextMember())
        {
            if (support.Is("segment"u8))
            {
                segment = support.Value;
            }
            else if (support.Is("groundingChunkIndices"u8))
            {
                indices = support.Value;
            }
        }

        var stretch = Stretch(segment, text, scratch);
        var wanted = new JsonCursor(indices);
        while (wanted.NextItem())
        {
            var at = JsonScalar.Count(wanted.Value);
            var sources = new JsonCursor(chunks);
            for (var i = 0L; at is not null && sources.NextItem(); i++)
            {
                if (i == at)
                {
                    Annotate(sources.Value, stretch, scratch, sink);
                    break;
                }
            }
        }
    }

    // {"web":{"uri":…,"title":…}}, or "retrievedContext" or "maps" in its place.
    private static void Annotate(ReadOnlySpan<byte> chunk, (int Start, int End) stretch, JsonScratch scratch, AnswerSink sink)
    {
        var kinds = new JsonCursor(chunk);
        while (kinds.NextMember())
        {
            ReadOnlySpan<byte> url = default, title = default, quote = default;
            var source = new JsonCursor(kinds.Value);
            while (source.NextMember())
            {
                if (source.Is("uri"u8) || source.Is("sourceUri"u8))
                {
                    url = scratch.Text(source.Value);
                }
                else if (source.Is("title"u8))
                {
                    title = scratch.Text(source.Value);
                }
                else if (source.Is("text"u8))
                {
                    quote = scratch.Text(source.Value);
                }
            }

            if (!url.IsEmpty)
            {
                sink.Annotation(new Citation { Url = url, Title = title, Quote = quote, Start = stretch.Start, End = stretch.End });
            }
        }
    }

    // The offsets count bytes from the beginning of one part, and thoughts are parts too: they hold for the answer's text
    // only where the segment's own text stands there.
    private static (int Start, int End) Stretch(ReadOnlySpan<byte> segment, ReadOnlySpan<byte> text, JsonScratch scratch)
    {
        long start = 0, end = 0;
        ReadOnlySpan<byte> words = default;
        var cursor = new JsonCursor(segment);
        while (cursor.NextMember())
        {
            if (cursor.Is("startIndex"u8))
            {
                start = JsonScalar.Count(cursor.Value) ?? 0;
            }
            else if (cursor.Is("endIndex"u8))
            {
                end = JsonScalar.Count(cursor.Value) ?? 0;
            }
            else if (cursor.Is("text"u8))
            {
                words = scratch.Text(cursor.Value);
            }
        }

        if (!words.IsEmpty && !(start <= text.Length && text[(int)start..].StartsWith(words)))
        {
            start = text.IndexOf(words);
            if (start < 0)
            {
                return default;
            }
        }

        return Units(text, start, words.IsEmpty ? end : start + words.Length);
    }

    private static (int Start, int End) Units(ReadOnlySpan<byte> text, long start, long end)
    {
        if (start > end || end > text.Length)
        {
            return default;
        }

        var from = Encoding.UTF8.GetCharCount(text[..(int)start]);
        return (from, from + Encoding.UTF8.GetCharCount(text[(int)start..(int)end]));
    }
}
