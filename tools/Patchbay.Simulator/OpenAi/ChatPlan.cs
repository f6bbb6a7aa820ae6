using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>What a chat completion will say, decided before the first byte; the stream and the plain body are told from it.</summary>
internal sealed class ChatPlan
{
    /// <summary>A thought that begins with this shows any change of quotes, escapes, line ends or letters on its way.
    /// </summary>
    public const string Opening = "\"Hm\\\":\n\tétude, 東京 🙂 </b> &amp; \u2028";

    public required long Sequence { get; init; }

    public required long Created { get; init; }

    public required string Model { get; init; }

    public required int Choices { get; init; }

    public required bool Logprobs { get; init; }

    /// <summary>Whether a stream ends with a usage chunk.</summary>
    public required bool IncludeUsage { get; init; }

    public required TokenText Text { get; init; }

    /// <summary>Reasoning tokens to show in each choice.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Tokens of text in each choice.</summary>
    public int TextTokens { get; private set; }

    /// <summary>A literal reply in escaped pieces, one a token; null when the text is generated.</summary>
    public byte[][]? Literal { get; private set; }

    public bool IsRefusal { get; private set; }

    /// <summary>Tool calls to make in place of text.</summary>
    public ToolCall[] ToolCalls { get; private set; } = [];

    /// <summary>The tool calls cut into stream steps.</summary>
    public ToolStep[] ToolSteps { get; private set; } = [];

    /// <summary>Finish reason; null is written as null.</summary>
    public string? Finish { get; private set; }

    public ChatUsage Usage { get; private set; }

    /// <summary>Completion tokens that are billed for the whole answer.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Frames of content in each choice.</summary>
    public int ContentTokens => ToolSteps.Length > 0 ? ToolSteps.Length : TextTokens;

    public static ChatPlan Create(Exchange exchange, ChatRequest request, string model)
    {
        var settings = exchange.Settings;
        var plan = new ChatPlan
        {
            Sequence = exchange.Sequence,
            Created = exchange.UnixSeconds,
            Model = model,
            Choices = request.Choices,
            Logprobs = request.Logprobs,
            IncludeUsage = request.IncludeUsage,
            Text = new TokenText(Seed(exchange, request, settings), settings.Noise),
        };
        plan.Decide(exchange, request, settings);
        return plan;
    }

    /// <summary>The first choice's reasoning, a piece a token.</summary>
    public string[] Thoughts()
    {
        var pieces = new string[ReasoningTokens];
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = i == 0 ? Opening : Encoding.UTF8.GetString(Text.ReasoningAt(0, i));
        }

        return pieces;
    }

    /// <summary>The first choice's text, a piece a token.</summary>
    public string[] Texts()
    {
        var pieces = new string[TextTokens];
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = Literal is { } literal
                ? JsonSerializer.Deserialize<string>([(byte)'"', .. literal[i], (byte)'"'])!
                : Encoding.UTF8.GetString(Text.At(0, i));
        }

        return pieces;
    }

    private void Decide(Exchange exchange, ChatRequest request, Behavior settings)
    {
        var limit = settings.IgnoreMaxTokens ? int.MaxValue : Math.Max(0, request.MaxTokens ?? int.MaxValue);
        ReasoningTokens = Math.Min(settings.Reasoning, limit);
        limit -= ReasoningTokens;
        ToolCalls = ToolCalling.Choose(exchange, request);
        if (ToolCalls.Length > 0)
        {
            ToolSteps = ToolCalling.Steps(ToolCalls, settings.Fault == FaultKind.ToolInterleaved);
            Finish = "tool_calls";
        }
        else
        {
            DecideText(exchange, request, settings, limit);
        }

        if (settings.Fault == FaultKind.ErrorFinish)
        {
            Finish = "error";
        }

        Finish = settings.Finish ?? Finish;
        var reasoning = settings.ReasoningTokens ?? ReasoningTokens * Choices;
        CompletionTokens = (ContentTokens * Choices) + reasoning;
        Usage = new ChatUsage(exchange.PromptTokens, CompletionTokens, settings.Cached, reasoning);
    }

    private static ulong Seed(Exchange exchange, ChatRequest request, Behavior settings)
    {
        var seed = Dice.Roll(exchange.Options.Seed, Dice.Hash(request.Messages.Span));
        return settings.Voice == 0 ? seed : Dice.Roll(seed, (ulong)settings.Voice);
    }

    // Generated text whose last token is the leak.
    private byte[][] Leaking(string leak, int tokens)
    {
        var pieces = new byte[Math.Max(1, tokens)][];
        for (var i = 0; i < pieces.Length - 1; i++)
        {
            pieces[i] = Text.At(0, i).ToArray();
        }

        pieces[^1] = JsonBytes.Escape(leak);
        return pieces;
    }

    private void DecideText(Exchange exchange, ChatRequest request, Behavior settings, int limit)
    {
        IsRefusal = settings.Refusal;
        var literal = LiteralReply.Choose(exchange, request);
        Literal = literal is not null ? LiteralReply.Cut(literal, settings.Chunk)
            : settings.Leak is { } leak ? Leaking(leak, Math.Min(settings.Tokens, limit))
            : null;
        var wanted = settings.Fault == FaultKind.Empty ? 0 : Literal?.Length ?? settings.Tokens;
        TextTokens = Math.Min(wanted, limit);
        Finish = settings.Fault == FaultKind.Empty ? null : wanted > limit ? "length" : "stop";
    }
}
