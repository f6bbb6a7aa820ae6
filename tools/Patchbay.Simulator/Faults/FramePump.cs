using System.Buffers;
using System.Text;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Faults;

/// <summary>Sends the payloads of a frame source as a stream: in time, in the scripted framing, with the scripted fault.</summary>
internal sealed class FramePump : IDisposable
{
    private const int DefaultAfter = 3;

    private readonly Exchange _exchange;
    private readonly IFrameSource _source;
    private readonly Behavior _settings;
    private readonly WireOutput _output;
    private readonly ByteStage? _stage;
    private readonly int _after;
    private bool _faultIsDue;
    private int _pendingFrames;
    private int _pendingTokens;
    private int _events;

    private FramePump(Exchange exchange, IFrameSource source)
    {
        _exchange = exchange;
        _source = source;
        _settings = exchange.Settings;
        _output = Outputs.Choose(exchange);
        _stage = ByteStage.Choose(exchange, _output);
        _faultIsDue = MidStreamFault.Strikes(_settings.Fault);
        _after = _settings.After ?? (_settings.Fault == FaultKind.ErrorIn200 ? 0 : DefaultAfter);
    }

    public static async Task SendAsync(Exchange exchange, IFrameSource source)
    {
        if (!await OpeningFault.TookOverAsync(exchange))
        {
            using var pump = new FramePump(exchange, source);
            await pump.RunAsync();
        }
    }

    public void Dispose() => _stage?.Dispose();

    private IBufferWriter<byte> Bytes => _stage is null ? _output.Writer : _stage.Writer;

    private async Task RunAsync()
    {
        await Outputs.StartAsync(_exchange, _output, 200, MediaType(_source.Framing), contentLength: null);
        if (_settings.TimeToFirstToken > 0)
        {
            await _output.FlushAsync();
            await DelayAsync(TimeSpan.FromMilliseconds(_settings.TimeToFirstToken));
        }

        var pacer = new Pacer(_exchange);
        var payload = _exchange.Payload;
        while (true)
        {
            if (_faultIsDue && _exchange.Frames + _pendingFrames == _after && !await StrikeAsync())
            {
                return;
            }

            payload.ResetWrittenCount();
            if (!_source.TryNext(payload))
            {
                break;
            }

            if (pacer.IsPaced && _source.Tokens > 0)
            {
                var wait = pacer.Next(_source.Tokens);
                if (wait > TimeSpan.Zero)
                {
                    await DelayAsync(wait);
                }
            }

            _pendingTokens += _source.Tokens;
            AddFrame(_source.EventName);
            if (_pendingFrames >= _settings.FramesPerWrite)
            {
                await FlushAsync();
            }
        }

        if (_faultIsDue && !await StrikeAsync())
        {
            return;
        }

        WriteEnd();
        await FlushAsync();
        if (_stage is not null)
        {
            await _stage.FinishAsync();
        }

        await _output.EndAsync();
    }

    private static string MediaType(WireFraming framing) => framing switch
    {
        WireFraming.JsonLines => "application/x-ndjson",
        WireFraming.EventStream => "application/vnd.amazon.eventstream",
        _ => "text/event-stream",
    };

    private void AddFrame(ReadOnlySpan<byte> name = default, bool isCorrupt = false)
    {
        var payload = _exchange.Payload.WrittenSpan;
        switch (_source.Framing)
        {
            case WireFraming.JsonLines:
                Bytes.Write(payload);
                Bytes.Write("\n"u8);
                break;
            case WireFraming.EventStream:
                EventStreamWriter.Write(Bytes, name, payload, isCorrupt);
                break;
            default:
                AddEvent(name, payload);
                break;
        }

        _pendingFrames++;
    }

    private void AddEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        if (!name.IsEmpty && _settings.SseStyle == SseStyle.Plain)
        {
            Bytes.Write("event: "u8);
            Bytes.Write(name);
            Bytes.Write("\n"u8);
        }

        SseWriter.Write(Bytes, payload, _settings.SseStyle, _events++);
    }

    private void WriteEnd()
    {
        if (_settings.Fault == FaultKind.MissingDone || _source.Terminator.IsEmpty)
        {
            return;
        }

        SseWriter.Write(Bytes, _source.Terminator, _settings.SseStyle, _events++);
        if (_settings.Fault == FaultKind.DoubleDone)
        {
            SseWriter.Write(Bytes, _source.Terminator, _settings.SseStyle, _events++);
        }
        else if (_settings.Fault == FaultKind.AfterDone)
        {
            WriteContent(" after the end"u8);
        }
    }

    private async ValueTask FlushAsync()
    {
        if (_stage is null)
        {
            await _output.FlushAsync();
        }
        else
        {
            await _stage.FlushAsync();
        }

        _exchange.Sent(_pendingFrames, _pendingTokens);
        _pendingFrames = 0;
        _pendingTokens = 0;
    }

    private Task DelayAsync(TimeSpan wait) => Task.Delay(wait, _exchange.Options.Time, _exchange.Aborted);

    /// <summary>Lets the fault happen; false when that was the end of the answer.</summary>
    private async ValueTask<bool> StrikeAsync()
    {
        _faultIsDue = false;
        await FlushAsync();
        switch (_settings.Fault)
        {
            case FaultKind.Cut or FaultKind.ShortContentLength:
                await ((SocketOutput)_output).CutAsync();
                return false;
            case FaultKind.Rst:
                await ((SocketOutput)_output).ResetAsync();
                return false;
            case FaultKind.TruncatedChunk:
                await ((SocketOutput)_output).CutInsideChunkAsync();
                return false;
            case FaultKind.CutClean:
                return await EndFaultedAsync();
            case FaultKind.Stall:
                await DelayAsync(Timeout.InfiniteTimeSpan);
                return false;
            case FaultKind.ErrorMidStream or FaultKind.ErrorIn200:
                _exchange.Payload.ResetWrittenCount();
                var error = ErrorReplies.For(_settings, statusWhenOk: 500);
                _exchange.Protocol.WriteError(_exchange.Payload, error);
                AddFrame(ErrorEvent(error));
                await FlushAsync();
                return await EndFaultedAsync();
            case FaultKind.MalformedJson or FaultKind.Corrupt:
                _exchange.Payload.ResetWrittenCount();
                _source.WriteContentStart(_exchange.Payload);
                AddFrame(_source.ContentName, _settings.Fault == FaultKind.Corrupt);
                return true;
            case FaultKind.HugeLine:
                await SendHugeLineAsync(_settings.Bytes ?? MidStreamFault.HugeLineBytes);
                return true;
            case FaultKind.Endless:
                await SendEndlesslyAsync(_settings.Bytes ?? long.MaxValue);
                return true;
            case FaultKind.TinyFlood:
                await SendTinyFloodAsync();
                return true;
            default:
                WriteContent(MidStreamFault.OddContent(_settings.Fault));
                return true;
        }
    }

    // An exception has its name with a small first letter here.
    private byte[] ErrorEvent(ErrorReply error) => _exchange.Protocol.ErrorName(error) is { } name
        ? Encoding.ASCII.GetBytes(char.ToLowerInvariant(name[0]) + name[1..])
        : _source.EventName.IsEmpty ? [] : "error"u8.ToArray();

    private async ValueTask<bool> EndFaultedAsync()
    {
        _exchange.Settle(RequestOutcome.Faulted);
        await _output.EndAsync();
        return false;
    }

    private void WriteContent(ReadOnlySpan<byte> escaped)
    {
        _exchange.Payload.ResetWrittenCount();
        _source.WriteContentStart(_exchange.Payload);
        _exchange.Payload.Write(escaped);
        _source.WriteContentEnd(_exchange.Payload);
        AddFrame(_source.ContentName);
    }

    private async ValueTask SendHugeLineAsync(long bytes)
    {
        var payload = _exchange.Payload;
        payload.ResetWrittenCount();
        _source.WriteContentStart(payload);
        if (_source.Framing != WireFraming.ServerSentEvents)
        {
            payload.GetSpan((int)bytes)[..(int)bytes].Fill((byte)'a');
            payload.Advance((int)bytes);
            _source.WriteContentEnd(payload);
            AddFrame(_source.ContentName);
            return;
        }

        Bytes.Write("data: "u8);
        Bytes.Write(payload.WrittenSpan);
        for (var left = bytes; left > 0; left -= MidStreamFault.Filler.Length)
        {
            Bytes.Write(MidStreamFault.Filler[..(int)Math.Min(left, MidStreamFault.Filler.Length)]);
            await FlushAsync();
        }

        payload.ResetWrittenCount();
        _source.WriteContentEnd(payload);
        Bytes.Write(payload.WrittenSpan);
        Bytes.Write("\n\n"u8);
        _pendingFrames++;
    }

    private async ValueTask SendEndlesslyAsync(long bytes)
    {
        var until = bytes == long.MaxValue ? long.MaxValue : _exchange.Bytes + bytes;
        while (_exchange.Bytes < until)
        {
            for (var i = 0; i < MidStreamFault.Batch; i++)
            {
                WriteContent(" on and on"u8);
                _pendingTokens++;
            }

            await FlushAsync();
        }
    }

    private async ValueTask SendTinyFloodAsync()
    {
        var payload = _exchange.Payload;
        payload.ResetWrittenCount();
        _source.WriteTiny(payload);
        for (var i = 1; i <= _settings.Count; i++)
        {
            AddFrame(_source.ContentName);
            if (i % MidStreamFault.Batch == 0)
            {
                await FlushAsync();
            }
        }
    }
}
