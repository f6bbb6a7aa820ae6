using System.Buffers;
using System.IO.Compression;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Faults;

/// <summary>Holds bytes back to send them in pieces, slowly, or encoded.</summary>
internal sealed class ByteStage : IDisposable
{
    private readonly Exchange _exchange;
    private readonly WireOutput _output;
    private readonly ArrayBufferWriter<byte> _held = new(4096);
    private readonly int _piece;
    private readonly TimeSpan _pause;
    private readonly MemoryStream? _encoded;
    private readonly GZipStream? _encoder;

    private ByteStage(Exchange exchange, WireOutput output, int piece, TimeSpan pause, bool encode)
    {
        _exchange = exchange;
        _output = output;
        _piece = piece;
        _pause = pause;
        if (encode)
        {
            _encoded = new MemoryStream();
            _encoder = new GZipStream(_encoded, CompressionLevel.Fastest, leaveOpen: true);
        }
    }

    public IBufferWriter<byte> Writer => _held;

    /// <summary>A stage when the settings need one, else null.</summary>
    public static ByteStage? Choose(Exchange exchange, WireOutput output)
    {
        var settings = exchange.Settings;
        return settings.Fault switch
        {
            FaultKind.SlowDrip => new ByteStage(
                exchange, output, 1, TimeSpan.FromMilliseconds(settings.Drip), encode: false),
            FaultKind.WrongEncoding => new ByteStage(exchange, output, int.MaxValue, TimeSpan.Zero, encode: true),
            _ when settings.Split > 0 => new ByteStage(exchange, output, settings.Split, TimeSpan.Zero, encode: false),
            _ => null,
        };
    }

    public void Dispose()
    {
        _encoder?.Dispose();
        _encoded?.Dispose();
    }

    public ValueTask FlushAsync() => SendAsync(last: false);

    /// <summary>Sends what is held, and the end of the encoding.</summary>
    public ValueTask FinishAsync() => SendAsync(last: true);

    private async ValueTask SendAsync(bool last)
    {
        var rest = Encode(last);
        while (rest.Length > 0)
        {
            var piece = rest[..Math.Min(_piece, rest.Length)];
            rest = rest[piece.Length..];
            _output.Writer.Write(piece.Span);
            await _output.FlushAsync();
            if (_pause > TimeSpan.Zero)
            {
                await Task.Delay(_pause, _exchange.Options.Time, _exchange.Aborted);
            }
            else
            {
                await Task.Yield();
            }
        }

        _held.ResetWrittenCount();
    }

    private ReadOnlyMemory<byte> Encode(bool last)
    {
        if (_encoder is null || _encoded is null)
        {
            return _held.WrittenMemory;
        }

        _encoded.SetLength(0);
        _encoder.Write(_held.WrittenSpan);
        _encoder.Flush();
        if (last)
        {
            _encoder.Dispose();
        }

        return _encoded.GetBuffer().AsMemory(0, (int)_encoded.Length);
    }
}
