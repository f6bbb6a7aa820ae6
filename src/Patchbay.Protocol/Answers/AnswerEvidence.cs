using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Keeps of a request and its answer what <see cref="AnswerJudge"/> needs, up to a bound: the tools and the schema
/// that were asked for, the tool calls, and the text where that must obey a schema. Reusable: <see cref="Begin"/> starts
/// afresh. Gathers copies only; nothing is judged here. Not safe for use by several threads.</summary>
public sealed class AnswerEvidence
{
    /// <summary>Answers with more than this to keep are not judged, in bytes.</summary>
    public const int MostAnswer = 128 * 1024;

    /// <summary>Requests with more tools and schema than this are not judged, in bytes.</summary>
    public const int MostRequest = 96 * 1024;

    // Before each piece: what it is, the call's index, and its length.
    internal const int Head = 6;

    private const int First = 1024;
    private const int None = -1;

    private byte[] _answer = [];
    private byte[] _request = [];
    private int _answerLength;
    private int _tools;
    private int _format;
    private bool _hasRequest;
    private bool _keepsText;
    private bool _isWhole;
    private bool _isLost;

    // Where the last piece begins, and how many the last chunk had that was read: what is like it goes on with that piece.
    private int _last = None;
    private int _pieces;

    /// <summary>Whether the running request is one whose answer is judged.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>Begins a request: one without tools and without a schema is not looked at.</summary>
    public void Begin(RequestEnvelope envelope)
    {
        Release();
        IsWanted = (envelope.WantsTools || envelope.WantsJsonSchema) && envelope.Choices == 1;
        _keepsText = envelope.WantsJsonSchema;
    }

    /// <summary>Forgets the answer: that attempt failed, and another begins.</summary>
    public void Forget()
    {
        _answerLength = 0;
        _isWhole = false;
        _isLost = false;
        _last = None;
        _pieces = 0;
    }

    /// <summary>Copies the tools and the schema, before the body's memory is given back; once is enough.</summary>
    public void KeepRequest(RequestEnvelope envelope, ReadOnlySpan<byte> body)
    {
        if (!IsWanted || _hasRequest || body.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<byte> tools = default;
        ReadOnlySpan<byte> format = default;
        foreach (ref readonly var mark in envelope.Marks)
        {
            switch (mark.Member)
            {
                case RequestMember.Tools when envelope.WantsTools:
                    tools = body[mark.ValueStart..mark.ValueEnd];
                    break;
                case RequestMember.ResponseFormat when envelope.WantsJsonSchema:
                    format = body[mark.ValueStart..mark.ValueEnd];
                    break;
                default:
                    break;
            }
        }

        if (tools.Length + format.Length > MostRequest)
        {
            IsWanted = false;
            return;
        }

        _request = ArrayPool<byte>.Shared.Rent(tools.Length + format.Length);
        tools.CopyTo(_request);
        format.CopyTo(_request.AsSpan(tools.Length));
        _tools = tools.Length;
        _format = format.Length;
        _hasRequest = true;
    }

    /// <summary>Keeps an answer that came in one piece.</summary>
    public void KeepWhole(ReadOnlySpan<byte> body)
    {
        Forget();
        _isWhole = true;
        _isLost = !IsWanted || !Reserve(body.Length);
        if (!_isLost)
        {
            body.CopyTo(_answer);
            _answerLength = body.Length;
        }
    }

    /// <summary>Hands over what was kept, with its memory; null when it cannot be judged.</summary>
    /// <param name="finish">The normalised finish reason.</param>
    /// <param name="isEmpty">No content came.</param>
    public AnswerSample? Detach(string? finish, bool isEmpty)
    {
        if (!IsWanted || !_hasRequest || _isLost)
        {
            return null;
        }

        var sample = new AnswerSample(_request, _tools, _format, _answer, _answerLength, _isWhole, finish, isEmpty);
        _answer = [];
        _request = [];
        Release();
        return sample;
    }

    /// <summary>Gives all memory back.</summary>
    public void Release()
    {
        Return(ref _answer);
        Return(ref _request);
        Forget();
        _hasRequest = false;
        IsWanted = false;
    }

    /// <summary>Keeps what a chunk of a stream adds.</summary>
    internal void ReadChunk(ReadOnlySpan<byte> chunk)
    {
        if (_isLost || !IsWanted)
        {
            return;
        }

        _last = None;
        _pieces = 0;
        var reader = new Utf8JsonReader(chunk, JsonText.Strict);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isChoices = reader.ValueTextEquals("choices"u8);
                reader.Read();
                if (!isChoices || reader.TokenType != JsonTokenType.StartArray)
                {
                    reader.Skip();
                }
            }
            else if (reader.CurrentDepth == 3 && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isDelta = reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8);
                reader.Read();
                if (isDelta && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadDelta(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    /// <summary>Keeps what a chunk adds that differs from the one that was read last only in its string.</summary>
    internal void ReadLike(ReadOnlySpan<byte> inside)
    {
        // A chunk like one that held nothing to keep holds nothing either.
        if (_isLost || _pieces == 0)
        {
            return;
        }

        if (_pieces > 1 || !Reserve(inside.Length))
        {
            _isLost = true;
            return;
        }

        inside.CopyTo(_answer.AsSpan(_answerLength));
        _answerLength += inside.Length;
        var length = _answer.AsSpan(_last + 2, 4);
        BinaryPrimitives.WriteInt32LittleEndian(length, BinaryPrimitives.ReadInt32LittleEndian(length) + inside.Length);
    }

    private void ReadDelta(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = reader.ValueTextEquals("content"u8);
            var isCalls = !isContent && reader.ValueTextEquals("tool_calls"u8);
            reader.Read();
            if (isContent && _keepsText && reader.TokenType == JsonTokenType.String)
            {
                Add(AnswerPiece.Text, 0, reader.ValueSpan);
            }
            else if (isContent && _keepsText && reader.TokenType == JsonTokenType.StartArray)
            {
                _isLost = true;
                reader.Skip();
            }
            else if (isCalls && reader.TokenType == JsonTokenType.StartArray)
            {
                for (var position = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; position++)
                {
                    ReadCall(ref reader, position);
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadCall(ref Utf8JsonReader reader, int position)
    {
        var index = position;
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> arguments = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIndex = reader.ValueTextEquals("index"u8);
            var isFunction = !isIndex && reader.ValueTextEquals("function"u8);
            reader.Read();
            if (isIndex && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
            {
                index = number;
            }
            else if (isFunction && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isName = reader.ValueTextEquals("name"u8);
                    var isArguments = !isName && reader.ValueTextEquals("arguments"u8);
                    reader.Read();
                    if (isName && reader.TokenType == JsonTokenType.String)
                    {
                        name = reader.ValueSpan;
                    }
                    else if (isArguments && reader.TokenType == JsonTokenType.String)
                    {
                        arguments = reader.ValueSpan;
                    }

                    _isLost |= isArguments && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        _isLost |= index is < 0 or > byte.MaxValue;
        if (!name.IsEmpty)
        {
            Add(AnswerPiece.Name, index, name);
        }

        Add(AnswerPiece.Arguments, index, arguments);
    }

    private void Add(AnswerPiece piece, int index, ReadOnlySpan<byte> inside)
    {
        _pieces++;
        if (_isLost || !Reserve(Head + inside.Length))
        {
            _isLost = true;
            return;
        }

        _last = _answerLength;
        _answer[_last] = (byte)piece;
        _answer[_last + 1] = (byte)index;
        BinaryPrimitives.WriteInt32LittleEndian(_answer.AsSpan(_last + 2), inside.Length);
        inside.CopyTo(_answer.AsSpan(_last + Head));
        _answerLength += Head + inside.Length;
    }

    private bool Reserve(int more)
    {
        var needed = _answerLength + more;
        if (needed > MostAnswer)
        {
            return false;
        }

        if (_answer.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(First, Math.Max(needed, _answer.Length * 2)));
            _answer.AsSpan(0, _answerLength).CopyTo(larger);
            Return(ref _answer);
            _answer = larger;
        }

        return true;
    }

    private static void Return(ref byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        bytes = [];
    }
}

/// <summary>What a piece of a streamed answer is.</summary>
internal enum AnswerPiece : byte
{
    Text,
    Name,
    Arguments,
}
