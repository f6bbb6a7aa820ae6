using System.Buffers;

namespace Patchbay.Protocol;

/// <summary>An answer that waits to be judged, in pooled memory. Dispose it when it was judged, or is not to be.</summary>
public sealed class AnswerSample : IDisposable
{
    private readonly int _tools;
    private readonly int _format;
    private readonly int _answerLength;
    private byte[] _request;
    private byte[] _answer;

    internal AnswerSample(
        byte[] request, int tools, int format, byte[] answer, int answerLength, bool isWhole, string? finish, bool isEmpty)
    {
        _request = request;
        _tools = tools;
        _format = format;
        _answer = answer;
        _answerLength = answerLength;
        IsWhole = isWhole;
        Finish = finish;
        IsEmpty = isEmpty;
    }

    /// <summary>The request's <c>tools</c>; empty without them.</summary>
    internal ReadOnlyMemory<byte> Tools => _request.AsMemory(0, _tools);

    /// <summary>The request's <c>response_format</c>; empty where it demands no schema.</summary>
    internal ReadOnlyMemory<byte> Format => _request.AsMemory(_tools, _format);

    /// <summary>A whole body, or pieces of a stream.</summary>
    internal ReadOnlyMemory<byte> Answer => _answer.AsMemory(0, _answerLength);

    internal bool IsWhole { get; }

    internal string? Finish { get; }

    internal bool IsEmpty { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Return(ref _request);
        Return(ref _answer);
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
