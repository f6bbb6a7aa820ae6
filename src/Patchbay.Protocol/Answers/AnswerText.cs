using System.Buffers;
using System.Text;

namespace Patchbay.Protocol;

/// <summary>The text of an answer on its way to the sink. Where a structured answer is emulated by a forced call, text
/// waits until it is clear that the call does not come, and the call's arguments are the text.</summary>
internal sealed class AnswerText
{
    private readonly ArrayBufferWriter<byte> _held = new();
    private string? _tool;

    /// <summary>The answer has come as a call.</summary>
    public bool Answered { get; private set; }

    /// <summary>The length of all text so far, in UTF-16 units.</summary>
    public int Units { get; private set; }

    /// <summary>A name for the tool that stands for the answer, which no tool of the request has.</summary>
    public static string FreeToolName(CanonicalRequest request)
    {
        var name = "json_answer";
        for (var i = 0; i < request.Tools.Count; i++)
        {
            if (request.Tools[i].Name.ToString() == name)
            {
                name += "_";
                i = -1;
            }
        }

        return name;
    }

    /// <summary>Makes it ready for another answer.</summary>
    public void Reset(string? answerTool)
    {
        _tool = answerTool;
        _held.ResetWrittenCount();
        Answered = false;
        Units = 0;
    }

    /// <summary>Text goes on.</summary>
    public void Append(ReadOnlySpan<byte> text, AnswerSink sink)
    {
        Units += Encoding.UTF8.GetCharCount(text);
        if (_tool is null)
        {
            sink.Text(text);
        }
        else if (!Answered)
        {
            _held.Write(text);
        }
    }

    /// <summary>Whether a call of this name stands for the answer. What was said before it is not part of it.</summary>
    /// <param name="name">The called function.</param>
    /// <param name="isFirst">It is the first such call; of others the arguments are of no use.</param>
    public bool IsAnswer(ReadOnlySpan<byte> name, out bool isFirst)
    {
        isFirst = !Answered;
        if (_tool is null || !Encoding.UTF8.GetString(name).Equals(_tool, StringComparison.Ordinal))
        {
            return false;
        }

        _held.ResetWrittenCount();
        Answered = true;
        return true;
    }

    /// <summary>Passes on the text that has waited: the answer ends, or another tool is called.</summary>
    public void Release(AnswerSink sink)
    {
        if (_held.WrittenCount > 0)
        {
            sink.Text(_held.WrittenSpan);
            _held.ResetWrittenCount();
        }
    }
}
