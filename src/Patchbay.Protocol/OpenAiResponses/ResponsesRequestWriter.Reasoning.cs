using Patchbay.Core;

namespace Patchbay.Protocol;

// https://platform.openai.com/docs/guides/reasoning
internal sealed partial class ResponsesRequestWriter
{
    private const Parameters Thinking = Parameters.Reasoning | Parameters.ReasoningEffort;

    // Summaries are made only when asked for: not every account may have them.
    private void WriteReasoning()
    {
        if (_request.Reasoning is not { } reasoning)
        {
            return;
        }

        if (!Supports(Thinking))
        {
            _dropped |= reasoning.Wanted ? _request.Used & Thinking : Parameters.None;
            return;
        }

        var effort = Effort(reasoning);
        var summary = reasoning.Exclude == true || reasoning.Unwanted ? null
            : reasoning.Summary ?? (reasoning.Exclude == false ? "auto" : null);
        if (effort is null && summary is null)
        {
            return;
        }

        _json.WriteStartObject("reasoning"u8);
        if (effort is not null)
        {
            _json.WriteString("effort"u8, effort);
        }

        if (summary is not null)
        {
            _json.WriteString("summary"u8, summary);
        }

        _json.WriteEndObject();
    }

    // The nearest effort that the model knows; of two that are as near, the higher.
    private string? Effort(CanonicalReasoning reasoning)
    {
        var wanted = Wish(reasoning);
        if (wanted is null || _target.Efforts is not { Count: > 0 } known)
        {
            return wanted;
        }

        string? nearest = null;
        foreach (var effort in known)
        {
            if (nearest is null || Distance(effort, wanted) < Distance(nearest, wanted))
            {
                nearest = effort;
            }
        }

        if (wanted == "none" && nearest != "none")
        {
            _dropped |= _request.Used & Thinking;
        }

        return nearest;
    }

    private string? Wish(CanonicalReasoning reasoning)
    {
        if (reasoning.Unwanted)
        {
            return "none";
        }

        if (reasoning.Effort is not null || reasoning.MaxTokens is not > 0)
        {
            return reasoning.Effort ?? (reasoning.Enabled == true ? "medium" : null);
        }

        // The API has no budget: an effort is a share of the answer's length
        // (https://openrouter.ai/docs/use-cases/reasoning-tokens), and the nearest one stands for it.
        _emulated |= _request.Used & Parameters.Reasoning;
        var limit = _target.MaxOutputTokens ?? _request.MaxOutputTokens ?? _target.DefaultOutputTokens;
        return limit is > 0 and var whole ? (Math.Min(reasoning.MaxTokens.Value, whole) * 100.0 / whole) switch
        {
            < 15 => "minimal",
            < 35 => "low",
            < 65 => "medium",
            < 88 => "high",
            _ => "xhigh",
        }
        : "medium";
    }

    private static int Distance(string one, string other) => Math.Abs(Rank(one) - Rank(other));

    private static int Rank(string effort) => effort switch
    {
        "none" => 0,
        "minimal" => 1,
        "low" => 2,
        "medium" => 3,
        "high" => 4,
        "xhigh" => 5,
        _ => 6,
    };

    // Items go back as they came, with id, summary and encrypted content. Without the last the provider, which has stored
    // nothing, would look the id up and find nothing.
    private void WriteThoughts(CanonicalMessage message)
    {
        var pieces = new List<Piece>();
        foreach (var part in message.Parts)
        {
            if (part is not ReasoningPart reasoning || !IsOwn(reasoning))
            {
                continue;
            }

            var last = pieces.Count == 0 ? default : pieces[^1];
            if (reasoning.Kind == ReasoningKind.Encrypted)
            {
                if (reasoning.Index is not null && last.Index is not null && reasoning.Index != last.Index)
                {
                    pieces.Clear();
                }

                WriteThought(reasoning, pieces);
                pieces.Clear();
            }
            else if (pieces.Count > 0 && last.Index == reasoning.Index && last.Kind == reasoning.Kind)
            {
                // The fragments of a stream, one by one.
                pieces[^1] = last with { Text = JsonString.Join(last.Text, reasoning.Text) };
            }
            else
            {
                if (reasoning.Index is not null && last.Index is not null && reasoning.Index > last.Index + 1)
                {
                    pieces.Clear();
                }

                pieces.Add(new Piece(reasoning.Kind, reasoning.Text, reasoning.Index));
            }
        }
    }

    private bool IsOwn(ReasoningPart part) => part.Kind switch
    {
        ReasoningKind.Encrypted when !part.Text.IsEmpty =>
            part.Format.Is(_format) || (part.Format.IsEmpty && part.Id.Inside.StartsWith("rs_"u8)),
        ReasoningKind.Summary or ReasoningKind.Text => part.Format.IsEmpty || part.Format.Is(_format),
        _ => false,
    };

    private void WriteThought(ReasoningPart encrypted, List<Piece> pieces)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "reasoning"u8);
        if (!encrypted.Id.IsEmpty)
        {
            _json.WriteText("id"u8, encrypted.Id);
        }

        WritePieces("summary"u8, "summary_text"u8, ReasoningKind.Summary, pieces, evenEmpty: true);
        WritePieces("content"u8, "reasoning_text"u8, ReasoningKind.Text, pieces, evenEmpty: false);
        _json.WriteText("encrypted_content"u8, encrypted.Text);
        _json.WriteEndObject();
    }

    private void WritePieces(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> type, ReasoningKind kind, List<Piece> pieces, bool evenEmpty)
    {
        var open = evenEmpty;
        if (open)
        {
            _json.WriteStartArray(name);
        }

        foreach (var piece in pieces)
        {
            if (piece.Kind != kind)
            {
                continue;
            }

            if (!open)
            {
                _json.WriteStartArray(name);
                open = true;
            }

            _json.WriteStartObject();
            _json.WriteString("type"u8, type);
            _json.WriteText("text"u8, piece.Text);
            _json.WriteEndObject();
        }

        if (open)
        {
            _json.WriteEndArray();
        }
    }

    private readonly record struct Piece(ReasoningKind Kind, JsonString Text, long? Index);
}
