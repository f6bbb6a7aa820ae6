using System.Buffers;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

internal static class Bytes
{
    public static readonly ResponseStamp Stamp = new()
    {
        Id = "gen-1-abc"u8.ToArray(),
        Model = "acme/echo"u8.ToArray(),
        Provider = "Acme \\\"AI\\\""u8.ToArray(),
    };

    public static readonly Charge Charge = new()
    {
        Cost = new Money(140_000),
        PromptCost = new Money(100_000),
        CompletionCost = new Money(40_000),
    };

    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ArrayBufferWriter<byte> output) => Encoding.UTF8.GetString(output.WrittenSpan);

    public static string Body(string chunk)
    {
        Assert.StartsWith("data: ", chunk);
        Assert.EndsWith("\n\n", chunk);
        return chunk[6..^2];
    }

    public static (ChunkResult Result, string Output) Process(this ChatStreamEditor editor, string data)
    {
        var output = new ArrayBufferWriter<byte>();
        var result = editor.Process(Of(data), output);
        return (result, Text(output));
    }

    public static ChatStreamEditor Editor(bool hidesReasoning = false)
    {
        var editor = new ChatStreamEditor();
        editor.Reset(Stamp, hidesReasoning);
        return editor;
    }
}
