using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Benchmarks;

/// <summary>Reading and editing of requests and answers.</summary>
internal static class ProtocolLeaves
{
    private static readonly ResponseStamp Stamp = new()
    {
        Id = "gen-1790000000-0123456789abcdefghij"u8.ToArray(),
        Model = "lab/model"u8.ToArray(),
        Provider = "Harbour"u8.ToArray(),
    };

    private static readonly Usage Used = new() { UncachedInput = 60, CacheRead = 64, Output = 96, Reasoning = 0 };

    private static readonly Charge Charged = new()
    {
        Cost = new Money(253_200),
        PromptCost = new Money(61_200),
        CompletionCost = new Money(192_000),
    };

    public static Action ReadRequest(byte[] body)
    {
        var envelope = new RequestEnvelope();
        return () =>
        {
            envelope.Reset();
            Require(ChatRequestReader.Read(body, envelope) is null);
        };
    }

    public static Action WriteRequest(byte[] body)
    {
        var envelope = new RequestEnvelope();
        Require(ChatRequestReader.Read(body, envelope) is null);
        var edits = new UpstreamRequestEdits { Model = "large-2"u8.ToArray(), IncludeUsage = true };
        var output = new PooledBuffer();
        return () =>
        {
            output.Clear();
            ChatRequestWriter.Write(body, envelope, edits, output);
        };
    }

    public static Action EditEvent()
    {
        var editor = new ChatStreamEditor();
        editor.Reset(Stamp);
        var output = new PooledBuffer();
        var data = SampleText.ContentEvent;
        return () =>
        {
            output.Clear();
            Require(editor.Process(data, output) == ChunkResult.Forwarded);
        };
    }

    public static Action EditUnlikeEvents()
    {
        var editor = new ChatStreamEditor();
        editor.Reset(Stamp);
        var output = new PooledBuffer();
        var data = SampleText.ContentEvent;
        var isReasoning = false;
        return () =>
        {
            output.Clear();
            isReasoning = !isReasoning;
            Require(editor.Process(isReasoning ? SampleText.ReasoningEvent : data, output) == ChunkResult.Forwarded);
        };
    }

    public static Action ReadAndEditStream()
    {
        var editor = new ChatStreamEditor();
        var output = new PooledBuffer();
        var source = new MemoryStream(SampleText.Stream);
        return () =>
        {
            source.Position = 0;
            output.Clear();
            editor.Reset(Stamp);
            using var reader = Framings.Read(Framing.ServerSentEvents, source, SampleText.Stream.Length);
            Require(Relay(reader, editor, output) == 100 && editor.HasUsage);
        };
    }

    public static Action WriteUsageEvent()
    {
        var editor = new ChatStreamEditor();
        editor.Reset(Stamp);
        var output = new PooledBuffer();
        return () =>
        {
            output.Clear();
            editor.WriteUsageChunk(Used, Charged, output);
        };
    }

    public static Action ReadResponse()
    {
        var reader = new ChatResponseReader();
        return () => Require(reader.Read(SampleText.Response) && reader.HasUsage);
    }

    public static Action WriteResponse()
    {
        var reader = new ChatResponseReader();
        Require(reader.Read(SampleText.Response));
        var output = new PooledBuffer();
        return () =>
        {
            output.Clear();
            ChatResponseWriter.Write(SampleText.Response, reader, Stamp, Used, Charged, output);
        };
    }

    // The source is in memory, so that every read has completed when it returns.
    private static int Relay(FrameReader reader, ChatStreamEditor editor, PooledBuffer output)
    {
        var events = 0;
        while (Completed.Take(reader.FillAsync(CancellationToken.None)))
        {
            while (reader.TryRead(out var frame) == FrameResult.Frame)
            {
                events++;
                if (frame.IsDone)
                {
                    return events;
                }

                editor.Process(frame.Data, output);
            }
        }

        return events;
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException("The operation did not do its work.");
        }
    }
}
