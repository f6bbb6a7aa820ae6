using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

/// <summary>Whether a chunk was scanned, or edited by the likeness of the one before, must not show.</summary>
public sealed class ChatFrameTemplateTests
{
    private const string Head = "{\"id\":\"ID\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\"m\",";

    // TEXT and PAD stand for what differs from chunk to chunk, ID for what differs now and then.
    private static readonly string[] Shapes =
    [
        Head + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"TEXT\"},\"finish_reason\":null}],\"usage\":null}",
        Head + "\"choices\":[{\"index\":1,\"delta\":{\"content\":\"TEXT\"},\"finish_reason\":null}],\"usage\":null}",
        Head + "\"service_tier\":\"flex\",\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}],\"usage\":null,\"obfuscation\":\"PAD\"}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"},\"finish_reason\":\"end_turn\"}]}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"},\"finish_reason\":\"stop\",\"native_finish_reason\":\"STOP\"}]}",
        Head + "\"choices\":[{\"finish_reason\":\"\",\"delta\":{\"content\":\"TEXT\"}}],\"p\":\"PAD\"}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"},\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":9}}]}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}],\"x_groq\":{\"usage\":{\"prompt_tokens\":8},\"id\":\"PAD\"}}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"},\"error\":null}],\"error\":\"\"}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}],\"error\":{\"message\":\"PAD\"}}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\",\"reasoning_details\":[{\"text\":\"PAD\"}]}}]}",
        Head + "\"choices\":[{\"delta\":{\"reasoning\":\"TEXT\",\"content\":\"PAD\"}}]}",
        Head + "\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"TEXT\"}}]}}]}",
        Head + "\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"PAD\",\"arguments\":\"TEXT\"}}]}}]}",
        Head + "\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"PAD\",\"function\":{\"arguments\":\"TEXT\"}}]}}]}",
        Head + "\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"TEXT\"}]}}]}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"}},{\"index\":1,\"delta\":{\"content\":null}}]}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"},\"logprobs\":{\"content\":[{\"token\":\"PAD\"}]}}]}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\",\"content\":\"PAD\"}}]}",
        Head + "\"choices\":[{\"text\":\"TEXT\",\"delta\":{}}],\"obfuscation\":\"PAD\",\"obfuscation\":\"b\"}",
        Head + "\"choices\":[{}],\"obfuscation\":\"PAD\",\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}]}",
        Head + "\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}],\"provider\":\"PAD\",\"z\":\"PAD\",\"usage\":7}",
        "{\"usage\":null,\"provider\":\"q\",\"choices\":[{\"delta\":{\"c\\u006fntent\":\"TEXT\"}}],\"model\":1,\"id\":\"ID\"}",
        "{\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}]}",
        "{\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}],\"created\":5,\"service_tier\":\"PAD\",\"id\":\"ID\"}",
        "{\"object\":\"error\",\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}]}",
        " {\n\"choices\" : [ {\"delta\":{\"content\":\"TEXT\"}} ]\r, \"id\" : \"ID\" } ",
        "{\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}]",
        "{\"choices\":[{\"delta\":{\"content\":\"TEXT\"",
        "{\"choices\":[]}",
        "[DONE]",
    ];

    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "", "a", " word", "é", "\U0001F600", "\\n", "\\\"", "\\\\", "\\/", "\\b\\f\\r\\t", "\\u00e9", "\\uD83D\\ude00",
            "\\ud800", "\\u0000", "\\u12", "\\u12g4", "\\x", "\\", "\"", "\u0001", "\t", "\n", "\r", "\u007F", "\",\"y\":\"",
            "\"}", "{", "TEXT", new string('l', 600), new string('m', 5000),
        }.Select(Encoding.UTF8.GetBytes),
        [0xC3], [0xC3, 0x28], [0xA9], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xFF],
    ];

    [Fact]
    public void Chunks_like_the_one_before_are_edited_as_if_they_were_scanned()
    {
        // Mostly harmless pieces, so that streams go on for a while.
        var piece = Gen.Frequency((20, Gen.Choose(0, 11)), (1, Gen.Choose(0, Pieces.Length - 1)));
        var text = Gen.ListOf(piece);
        var chunk = from shape in Gen.Choose(0, 2)
                    from inside in text
                    from padding in text
                    from id in Gen.Frequency((9, Gen.Constant("x")), (1, Gen.Constant("y")))
                    select (shape, inside, padding, id);
        var streams = from shapes in Gen.ArrayOf(Gen.Choose(0, Shapes.Length - 1), 3)
                      from chunks in Gen.ListOf(chunk)
                      select (shapes, chunks);
        var learnt = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(streams.ToArbitrary(), stream =>
        {
            var pair = new Pair();
            foreach (var (shape, inside, padding, id) in stream.chunks)
            {
                pair.Process(Fill(Shapes[stream.shapes[shape]], id, Join(inside), Join(padding)));
            }

            learnt += pair.TemplateFrames;
            return true;
        }));
        Assert.True(learnt > 500, $"Only {learnt} chunks were like the one before.");
    }

    [Fact]
    public void Every_piece_is_edited_as_if_it_were_scanned_in_every_shape()
    {
        foreach (var shape in Shapes)
        {
            var pair = new Pair();
            foreach (var piece in Pieces)
            {
                pair.Process(Fill(shape, "x", "a"u8, "b"u8));
                pair.Process(Fill(shape, "x", piece, "b"u8));
                pair.Process(Fill(shape, "x", "a"u8, piece));
                pair.Process(Fill(shape, "x", [.. "a"u8, .. piece, .. "\\nb"u8], [.. piece, .. piece]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(RecordedStreamTests.Streams), MemberType = typeof(RecordedStreamTests))]
    public void A_recorded_stream_is_edited_as_if_it_were_scanned(string name)
    {
        Recordings.Require();
        var lines = File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0).ToArray();
        var pair = new Pair();
        foreach (var line in lines)
        {
            pair.Process(Bytes.Of(line));
        }

        Assert.True(lines.Length < 100 || pair.TemplateFrames > lines.Length * 9 / 10, $"Only {pair.TemplateFrames} of {lines.Length}.");
    }

    [Theory]
    [InlineData("\"finish_reason\":\"stop\"")]
    [InlineData("\"usage\":{\"prompt_tokens\":1}")]
    [InlineData("\"delta\":{\"content\":\"b\"}")]
    public void A_chunk_that_tells_more_than_its_text_is_no_template(string member)
    {
        var editor = Bytes.Editor();
        for (var i = 0; i < 3; i++)
        {
            editor.Process("{\"choices\":[{\"delta\":{\"content\":\"a\"}," + member + "}]}");
        }

        Assert.Equal((0, 3), (editor.TemplateFrames, editor.ContentFrames));
    }

    [Fact]
    public void Another_stream_does_not_begin_with_the_last_ones_template()
    {
        const string chunk = "{\"id\":\"x\",\"created\":4,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}";
        var editor = Bytes.Editor();
        editor.Process(chunk);
        editor.Process(chunk);
        Assert.Equal(1, editor.TemplateFrames);
        editor.Reset(Bytes.Stamp with { Id = "gen-2-def"u8.ToArray() });
        Assert.Contains("gen-2-def", editor.Process(chunk).Output, StringComparison.Ordinal);
        Assert.Equal(("x", 4L, 0), (editor.UpstreamId, editor.Created, editor.TemplateFrames));
    }

    private static byte[] Join(IEnumerable<int> pieces) => [.. pieces.SelectMany(index => Pieces[index])];

    private static byte[] Fill(string shape, string id, ReadOnlySpan<byte> text, ReadOnlySpan<byte> padding)
    {
        var chunk = new ArrayBufferWriter<byte>();
        foreach (var part in shape.Replace("ID", id, StringComparison.Ordinal).Split("TEXT"))
        {
            if (chunk.WrittenCount > 0)
            {
                chunk.Write(text);
            }

            var inner = part.Split("PAD");
            chunk.Write(Bytes.Of(inner[0]));
            foreach (var behind in inner.Skip(1))
            {
                chunk.Write(padding);
                chunk.Write(Bytes.Of(behind));
            }
        }

        return chunk.WrittenSpan.ToArray();
    }

    private sealed class Pair
    {
        private readonly ChatStreamEditor _learns = new();
        private readonly ChatStreamEditor _scans = new() { LearnsTemplates = false };

        public Pair()
        {
            _learns.Reset(Bytes.Stamp);
            _scans.Reset(Bytes.Stamp);
        }

        public int TemplateFrames => _learns.TemplateFrames;

        public void Process(byte[] chunk)
        {
            var (output, expected) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            var result = _learns.Process(chunk, output);
            Assert.Equal(_scans.Process(chunk, expected), result);
            Assert.True(expected.WrittenSpan.SequenceEqual(output.WrittenSpan), Encoding.UTF8.GetString(chunk));
            Assert.Equal(Facts(_scans), Facts(_learns));
            Assert.Equal(0, _scans.TemplateFrames);
        }

        private static (bool, int, long, string?, string?, string?, string?, long, bool, Usage, GatewayErrorKind?) Facts(
            ChatStreamEditor editor) =>
            (editor.HasContent, editor.ContentFrames, editor.OutputBytes, editor.FinishReason, editor.NativeFinishReason,
                editor.UpstreamId, editor.ServiceTier, editor.Created, editor.HasUsage, editor.Usage, editor.Error?.Kind);
    }
}
