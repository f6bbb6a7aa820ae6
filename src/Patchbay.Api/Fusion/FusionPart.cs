using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>What a part of a fusion does.</summary>
internal enum FusionRole
{
    /// <summary>Answers the caller's messages, as one of several.</summary>
    Panel,

    /// <summary>Compares the panel's answers.</summary>
    Analyst,
}

/// <summary>One call inside a fusion: a generation of its own, which passes the whole pipeline with the caller's key, and what
/// became of it.</summary>
internal sealed class FusionPart(FusionRun run, FusionRole role, string model, byte[] body)
{
    /// <summary>The fusion.</summary>
    public FusionRun Run { get; } = run;

    /// <summary>What it does.</summary>
    public FusionRole Role { get; } = role;

    /// <summary>The model as it was asked for.</summary>
    public string Model { get; } = model;

    /// <summary>Its request.</summary>
    public byte[] Body { get; } = body;

    /// <summary>What it can cost at most.</summary>
    public Money Worst { get; init; }

    /// <summary>The bound of its length in tokens that it asks for; null where the model's own is smaller.</summary>
    public long? Bound { get; init; }

    /// <summary>The longest answer it can give, in tokens.</summary>
    public long LongestAnswer { get; init; }

    /// <summary>The id of its generation; null when it was never sent.</summary>
    public string? GenerationId { get; private set; }

    /// <summary>What it used and is charged; null when it was refused.</summary>
    public Settled? Settled { get; private set; }

    /// <summary>Why it failed; null when it answered.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>Its text; empty when it failed.</summary>
    public string Text { get; private set; } = "";

    /// <summary>What it is charged.</summary>
    public Money Cost => Settled?.Charge.Cost ?? Money.Zero;

    /// <summary>Called by the pipeline when it begins.</summary>
    public void Began(string generationId) => GenerationId = generationId;

    /// <summary>Called by the pipeline when it was settled.</summary>
    public void Ended(in Settled settled, GatewayError? error)
    {
        Settled = settled;
        Error = error;
    }

    /// <summary>Called when it will not answer: before it was sent, or because what it cost could not be recorded.</summary>
    public void Failed(GatewayError error) => Error = error;

    /// <summary>Takes its text from the events that it sent.</summary>
    public void Read(ReadOnlySpan<byte> events)
    {
        if (Error is not null)
        {
            return;
        }

        var text = new StringBuilder();
        while (!events.IsEmpty)
        {
            var end = events.IndexOf((byte)'\n');
            var line = end < 0 ? events : events[..end];
            events = end < 0 ? default : events[(end + 1)..];
            if (line.StartsWith("data: {"u8))
            {
                Append(text, JsonElement.Parse(line[6..]));
            }
        }

        Text = text.ToString();
        if (string.IsNullOrWhiteSpace(Text))
        {
            Error = new GatewayError(GatewayErrorKind.ProviderMalformed, "The model sent no text.");
        }
    }

    /// <summary>Writes the part as <c>usage</c> and the generation's row show it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, RoleWord);
        json.WriteString("model"u8, Settled?.Generation.Model ?? Model);
        json.WriteString("generation_id"u8, GenerationId);
        json.WriteString("status"u8, Error is null ? "completed"u8 : "failed"u8);
        json.WriteNumber("cost"u8, Cost.ToDollars());
        if (Settled is { } settled)
        {
            json.WriteNumber("prompt_tokens"u8, settled.Usage.PromptTokens);
            json.WriteNumber("completion_tokens"u8, settled.Usage.CompletionTokens);
        }

        if (Error is { } error)
        {
            json.WriteString("error"u8, error.Row.Code);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what the part's own generation keeps: whose part it was.</summary>
    public void WriteRecord(Utf8JsonWriter json)
    {
        json.WriteStartObject("fusion"u8);
        json.WriteString("role"u8, RoleWord);
        json.WriteString("generation_id"u8, Run.GenerationId);
        json.WriteEndObject();
    }

    /// <summary>One line that says which model failed and why.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{Model}: {Error?.Message}");

    private string RoleWord => Role == FusionRole.Panel ? "panel" : "analyst";

    private static void Append(StringBuilder text, JsonElement chunk)
    {
        if (chunk.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array
            && choices.GetArrayLength() > 0 && choices[0].TryGetProperty("delta", out var delta)
            && delta.ValueKind == JsonValueKind.Object && delta.TryGetProperty("content", out var content)
            && content.ValueKind == JsonValueKind.String)
        {
            text.Append(FusionText.Of(content));
        }
    }
}
