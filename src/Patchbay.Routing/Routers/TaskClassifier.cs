using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What a prompt is taken for.</summary>
/// <param name="Task">The task.</param>
/// <param name="Points">How much spoke for it.</param>
/// <param name="Signals">What, in words of ours.</param>
internal sealed record TaskClass(TaskType Task, int Points, IReadOnlyList<string> Signals);

/// <summary>Tells what a prompt is about, by words and marks that anyone can read in <see cref="TaskCues"/>. Equal prompts give
/// equal answers; nothing is learned and nobody is asked.</summary>
internal static class TaskClassifier
{
    private const int Enough = 3;
    private const int ShortPrompt = 60;
    private const int LongDocument = 4_000;
    private const int LineCap = 2;

    private static readonly SearchValues<char> MathSigns = SearchValues.Create("∫∑√∂≤≥≠∞∈∀∃π∆");

    private static readonly string[] Traces =
        ["Traceback (most recent call last)", "Exception in thread", "   at ", "error CS", "error[E", "TypeError:", "SyntaxError",
         "NullReferenceException", "NullPointerException", "undefined reference", "panic:", "Segmentation fault", "ReferenceError",
         "ModuleNotFoundError", "core dumped"];

    private static readonly string[] CodeMarks =
        ["```", "();", "=> {", "def ", "#include", "public class", "function(", "function (", "import ", "const ", "</", "#!/",
         "console.log", "System.out", "print(", "};", "return "];

    /// <summary>Classifies a prompt with what the request says besides.</summary>
    public static TaskClass Classify(PromptFeatures prompt, in RouteRequest request)
    {
        var text = prompt.Text;
        var points = new int[Enum.GetValues<TaskType>().Length];
        var signals = new List<string>();
        var words = Normalize(WithoutCode(text, out var hasFence));

        var isCode = CodeContext(text, words, hasFence, signals);
        ReadWords(words, isCode, points);
        ReadMarks(text, isCode, points, signals);
        ReadRequest(prompt, request, points, signals);
        if (Normalize(prompt.System) is { Length: > 2 } system)
        {
            ReadRole(system, points, signals);
        }

        if (isCode)
        {
            // Whatever is asked about code is about code.
            points[(int)TaskType.CodeGeneration] += 2;
            for (var i = (int)TaskType.CodeGeneration; i <= (int)TaskType.CodeDevops; i++)
            {
                points[i] += points[i] > 0 ? 3 : 0;
            }
        }

        if (words.Length > LongDocument)
        {
            signals.Add("long text");
            points[(int)TaskType.QaDocument] += 3;
            points[(int)TaskType.Summarization] += points[(int)TaskType.Summarization] > 0 ? 3 : 0;
        }

        return Choose(text, points, signals);
    }

    private static TaskClass Choose(string text, int[] points, List<string> signals)
    {
        var best = 0;
        for (var i = 1; i < points.Length; i++)
        {
            best = points[i] > points[best] ? i : best;
        }

        // Politeness is no task where another was named.
        if (best == (int)TaskType.Chat && text.Length > ShortPrompt)
        {
            best = 0;
        }

        if (best == 0 || points[best] < Enough)
        {
            best = text.AsSpan().TrimEnd().EndsWith('?') || points[(int)TaskType.QaKnowledge] > 0 ? (int)TaskType.QaKnowledge
                : text.Length <= ShortPrompt && points[(int)TaskType.Chat] > 0 ? (int)TaskType.Chat
                : (int)TaskType.General;
        }

        var task = (TaskType)best;
        signals.Insert(0, $"{points[best]} points for {TaskProfile.Of(task).Name}");
        return new TaskClass(task, points[best], signals);
    }

    private static bool CodeContext(string text, string words, bool hasFence, List<string> signals)
    {
        var marks = hasFence ? 2 : 0;
        foreach (var mark in CodeMarks)
        {
            marks += text.Contains(mark, StringComparison.Ordinal) ? 1 : 0;
        }

        var names = 0;
        foreach (var name in TaskCues.Code)
        {
            names += Contains(words, name) ? 1 : 0;
        }

        if (hasFence)
        {
            signals.Add("code block");
        }

        if (names > 0)
        {
            signals.Add("words of programming");
        }

        return names > 0 || marks >= 2;
    }

    private static void ReadWords(string words, bool isCode, int[] points)
    {
        foreach (var cues in TaskCues.All)
        {
            var isAboutCode = cues.Task is >= TaskType.CodeGeneration and <= TaskType.CodeExplanation;
            if (isAboutCode && !isCode)
            {
                continue;
            }

            var found = 0;
            foreach (var word in cues.Words)
            {
                found += found < LineCap && Contains(words, word) ? 1 : 0;
            }

            // A document is only looked at when there is one.
            var weight = cues.Task == TaskType.VisionDocument ? 1 : cues.Points;
            points[(int)cues.Task] += found == 0 ? 0 : weight + found - 1;
        }
    }

    private static void ReadMarks(string text, bool isCode, int[] points, List<string> signals)
    {
        foreach (var trace in Traces)
        {
            if (text.Contains(trace, StringComparison.Ordinal) && (isCode || trace.Length > 5))
            {
                points[(int)TaskType.CodeDebugging] += 5;
                signals.Add("error text of a program");
                break;
            }
        }

        if (text.AsSpan().ContainsAny(MathSigns) || text.Contains("\\frac", StringComparison.Ordinal)
            || text.Contains("$$", StringComparison.Ordinal) || text.Contains("\\int", StringComparison.Ordinal)
            || IsFormula(text))
        {
            points[(int)TaskType.Math] += 4;
            signals.Add("formula");
        }

        if (!isCode && text.Contains("SELECT ", StringComparison.Ordinal) && text.Contains(" FROM ", StringComparison.Ordinal))
        {
            points[(int)TaskType.CodeSql] += 6;
            signals.Add("database query");
        }
    }

    // Numbers around a sign of arithmetic: 12 * 7, 3x + 2 = 5.
    private static bool IsFormula(string text)
    {
        for (var i = 1; i + 1 < text.Length; i++)
        {
            if (text[i] is '+' or '*' or '=' or '^' or '×' or '÷' or '/')
            {
                var before = text.AsSpan(0, i).TrimEnd();
                var after = text.AsSpan(i + 1).TrimStart();
                if (!before.IsEmpty && !after.IsEmpty && char.IsAsciiDigit(before[^1]) && char.IsAsciiDigit(after[0])
                    && text[i] != '/')
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void ReadRequest(PromptFeatures prompt, in RouteRequest request, int[] points, List<string> signals)
    {
        if ((request.Input & (Modalities.Image | Modalities.Video)) != 0)
        {
            signals.Add("images");
            points[(int)TaskType.VisionDescription] += 4;
            points[(int)TaskType.VisionDocument] += points[(int)TaskType.VisionDocument] > 0 ? 6 : 0;
        }
        else
        {
            points[(int)TaskType.VisionDocument] = 0;
        }

        if ((request.Input & Modalities.File) != 0)
        {
            signals.Add("files");
            points[(int)TaskType.QaDocument] += 4;
        }

        if (request.WantsTools)
        {
            signals.Add("tools");
            points[(int)TaskType.AgentToolUse] += prompt.HasToolResults ? 6 : 4;
            if (prompt.HasToolResults)
            {
                signals.Add("results of tools");
            }

            points[(int)TaskType.AgentPlanning] += points[(int)TaskType.AgentPlanning] > 0 ? 5 : 0;
        }

        if (request.WantsJsonSchema)
        {
            signals.Add("schema for the answer");
            points[(int)TaskType.Extraction] += 3;
            points[(int)TaskType.Classification] += points[(int)TaskType.Classification] > 0 ? 3 : 0;
        }
    }

    // What an application is for, where the message itself may say little.
    private static void ReadRole(string system, int[] points, List<string> signals)
    {
        var before = points.AsSpan().IndexOfAnyExceptInRange(0, 0) < 0;
        foreach (var cues in TaskCues.All)
        {
            if (cues.Task is TaskType.Chat or TaskType.QaKnowledge or TaskType.VisionDocument)
            {
                continue;
            }

            foreach (var word in cues.Words)
            {
                if (Contains(system, word))
                {
                    points[(int)cues.Task] += before ? cues.Points : 1;
                    break;
                }
            }
        }

        if (before && points.AsSpan().IndexOfAnyExceptInRange(0, 0) >= 0)
        {
            signals.Add("system message");
        }
    }

    private static bool Contains(string words, string cue)
    {
        for (var at = words.IndexOf(cue, StringComparison.Ordinal); at >= 0;
            at = words.IndexOf(cue, at + 1, StringComparison.Ordinal))
        {
            // Scripts without spaces have no beginnings of words.
            if (words[at - 1] == ' ' || cue[0] >= '\u3040')
            {
                return true;
            }
        }

        return false;
    }

    private static string WithoutCode(string text, out bool hasFence)
    {
        hasFence = false;
        var start = text.IndexOf("```", StringComparison.Ordinal);
        while (start >= 0)
        {
            hasFence = true;
            var end = text.IndexOf("```", start + 3, StringComparison.Ordinal);
            text = end < 0 ? text[..start] : string.Concat(text.AsSpan(0, start), " ", text.AsSpan(end + 3));
            start = text.IndexOf("```", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Lower case, one space between words, before the first and after the last.</summary>
    internal static string Normalize(string text) => string.Create(text.Length + 2, text, static (target, source) =>
    {
        var length = 0;
        target[length++] = ' ';
        foreach (var sign in source)
        {
            if (char.IsLetterOrDigit(sign) || sign is '+' or '#' || char.GetUnicodeCategory(sign) is
                System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark)
            {
                target[length++] = char.ToLowerInvariant(sign);
            }
            else if (target[length - 1] != ' ')
            {
                target[length++] = ' ';
            }
        }

        target[length..].Fill(' ');
    });
}
