using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Faults;

/// <summary>Facts about the faults that strike inside a stream.</summary>
internal static class MidStreamFault
{
    public const long HugeLineBytes = 17L << 20;

    public const int Batch = 256;

    private static readonly byte[] FillerBytes = CreateFiller();

    public static ReadOnlySpan<byte> Filler => FillerBytes;

    public static bool Strikes(FaultKind fault) => fault
        is FaultKind.Cut or FaultKind.CutClean or FaultKind.Rst or FaultKind.TruncatedChunk or FaultKind.ShortContentLength
        or FaultKind.Stall or FaultKind.MalformedJson or FaultKind.Corrupt or FaultKind.HugeLine or FaultKind.Endless or FaultKind.TinyFlood
        or FaultKind.ErrorMidStream or FaultKind.ErrorIn200 || IsOddContent(fault);

    public static bool IsOddContent(FaultKind fault) => fault
        is FaultKind.InvalidUtf8 or FaultKind.LoneSurrogate or FaultKind.Nul or FaultKind.RawNul;

    /// <summary>The text inside a JSON string that the fault is about; empty for other faults.</summary>
    public static ReadOnlySpan<byte> OddContent(FaultKind fault) => fault switch
    {
        FaultKind.InvalidUtf8 => [(byte)'b', (byte)'a', (byte)'d', 0xC3, 0x28, 0xFF, 0xE2, 0x82, (byte)'.'],
        FaultKind.LoneSurrogate => "half \\ud83d pair"u8,
        FaultKind.Nul => "a \\u0000 zero"u8,
        FaultKind.RawNul => "a \0 zero"u8,
        _ => [],
    };

    private static byte[] CreateFiller()
    {
        var filler = new byte[64 * 1024];
        filler.AsSpan().Fill((byte)'a');
        return filler;
    }
}
