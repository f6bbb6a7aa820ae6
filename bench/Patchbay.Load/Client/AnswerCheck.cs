using System.Buffers;
using System.Buffers.Text;

namespace Patchbay.Load;

/// <summary>Checks one answer while its bytes arrive: every piece of text, the number of events, usage, cost, the end.</summary>
internal sealed class AnswerCheck
{
    private readonly ArrayBufferWriter<byte> _held = new(1024);
    private ArrayBufferWriter<byte>? _learned;
    private Expectation? _expected;
    private bool _streamed;
    private bool _wantsCost;
    private int _text;
    private bool _done;
    private bool _hasUsage;
    private bool _hasCost;

    public int Events { get; private set; }

    public int Bytes { get; private set; }

    public long CostNanos { get; private set; }

    public string? Fault { get; private set; }

    public byte[] LearnedText => _learned is null ? [] : _learned.WrittenSpan.ToArray();

    /// <summary>Begins an answer. Without an expectation the text is only collected.</summary>
    public void Begin(Expectation? expected, bool streamed, bool wantsCost)
    {
        _held.ResetWrittenCount();
        _expected = expected;
        _learned = expected is null ? new ArrayBufferWriter<byte>() : null;
        _streamed = streamed;
        _wantsCost = wantsCost;
        _text = 0;
        _done = _hasUsage = _hasCost = false;
        Events = 0;
        Bytes = 0;
        CostNanos = 0;
        Fault = null;
    }

    /// <summary>Takes the next bytes of the body.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        Bytes += bytes.Length;
        if (!_streamed)
        {
            _held.Write(bytes);
            return;
        }

        while (true)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                _held.Write(bytes);
                return;
            }

            if (_held.WrittenCount == 0)
            {
                Line(bytes[..end]);
            }
            else
            {
                _held.Write(bytes[..end]);
                Line(_held.WrittenSpan);
                _held.ResetWrittenCount();
            }

            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Ends the answer and says what is wrong with it, if anything.</summary>
    public string? End()
    {
        if (!_streamed)
        {
            Read(_held.WrittenSpan);
        }
        else if (!_done)
        {
            Fault ??= "no [DONE]";
        }

        if (!_hasUsage)
        {
            Fault ??= "no usage";
        }

        if (_wantsCost && !_hasCost)
        {
            Fault ??= "no cost";
        }

        if (_expected is { } expected)
        {
            if (_text != expected.Text.Length)
            {
                Fault ??= $"{_text} bytes of text instead of {expected.Text.Length}";
            }

            if (Events != expected.Events)
            {
                Fault ??= $"{Events} events instead of {expected.Events}";
            }
        }

        return Fault;
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("data: "u8))
        {
            return;
        }

        Events++;
        if (_done)
        {
            Fault ??= "an event after [DONE]";
        }

        line = line["data: ".Length..];
        if (line.SequenceEqual("[DONE]"u8))
        {
            _done = true;
            return;
        }

        Read(line);
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var at = json.IndexOf("\"content\":\""u8);
        if (at >= 0)
        {
            var text = json[(at + "\"content\":\"".Length)..];
            Text(text[..Math.Max(0, text.IndexOf((byte)'"'))]);
            if (_streamed)
            {
                return;
            }
        }

        at = json.IndexOf("\"usage\":{"u8);
        if (at < 0)
        {
            return;
        }

        _hasUsage = true;
        var usage = json[at..];
        at = usage.IndexOf("\"cost\":"u8);
        if (at >= 0 && Utf8Parser.TryParse(usage[(at + "\"cost\":".Length)..], out decimal cost, out _))
        {
            _hasCost = true;
            CostNanos = decimal.ToInt64(cost * 1_000_000_000m);
        }
    }

    // The simulator's text has no character that JSON escapes.
    private void Text(ReadOnlySpan<byte> piece)
    {
        if (_expected is not { } expected)
        {
            _learned!.Write(piece);
            return;
        }

        if (!expected.Text.AsSpan(Math.Min(_text, expected.Text.Length)).StartsWith(piece))
        {
            Fault ??= $"other text after {_text} bytes";
        }

        _text += piece.Length;
    }
}
