using System.Collections.Immutable;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A model under its public name, with every endpoint that serves it. Immutable.</summary>
public sealed class Model
{
    internal const string ChatKind = "chat";

    /// <summary>The public name, <c>author/model</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The part of the slug before the slash.</summary>
    public required string Author { get; init; }

    /// <summary>The permanent name, often with a date; the slug where no other is known.</summary>
    public required string CanonicalSlug { get; init; }

    /// <summary>The model that this one is another name for, in lists (<see cref="ModelAlias.AsModel"/>); null for a model.
    /// </summary>
    public Model? AliasTarget { get; init; }

    /// <summary>When the model was listed, in Unix seconds; else the start of the day or month in which it was published;
    /// 0 when unknown.</summary>
    public long Created { get; init; }

    /// <summary>The day of publication, where known.</summary>
    public DateOnly? ReleaseDate { get; init; }

    /// <summary>How far the training data reaches (<c>2025-06</c> or a full date), where known.</summary>
    public string? KnowledgeCutoff { get; init; }

    /// <summary>Longest prompt and output together, in tokens, where known.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Longest output in tokens, where known.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>What goes in.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    /// <summary>What comes out.</summary>
    public Modalities Output { get; init; } = Modalities.Text;

    /// <summary>The family of the tokenizer, as the API names it (<c>GPT</c>, <c>Qwen3</c>…), where known.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>The prompt template, as the API names it, where known.</summary>
    public string? InstructType { get; init; }

    /// <summary>The request parameters that the model honours.</summary>
    public Parameters Supported { get; init; }

    /// <summary>A sentence about the model; one made of its facts where nobody wrote one.</summary>
    public string Description
    {
        get => field ??= ModelDescription.Of(this);
        init;
    } = null!;

    /// <summary>What it is for: <c>chat</c>, <c>embedding</c>, <c>rerank</c>, <c>image</c>, <c>video</c>, <c>stt</c> (speech
    /// to text), <c>tts</c> (text to speech), <c>realtime</c>, <c>moderation</c>, <c>ocr</c> or <c>judge</c>.</summary>
    public string Kind { get; init; } = ChatKind;

    /// <summary>The licence of the weights, where known.</summary>
    public string? License { get; init; }

    /// <summary>Whether the weights are open; null when unknown.</summary>
    public bool? OpenWeights { get; init; }

    /// <summary>Whether the model's terms allow that other models are trained on its answers; null when unknown.</summary>
    public bool? Distillable { get; init; }

    /// <summary>The length of an embedding, where known.</summary>
    public int? EmbeddingDimensions { get; init; }

    /// <summary>Published test results, each with its source.</summary>
    public IReadOnlyList<Benchmark> Benchmarks => BenchmarkTable.Of(Slug);

    /// <summary>The name of the weights at Hugging Face, where they are open.</summary>
    public string? HuggingFaceId { get; init; }

    /// <summary>The day after which the model may be gone.</summary>
    public DateOnly? ExpirationDate { get; init; }

    /// <summary>Whether the leading provider moderates prompts.</summary>
    public bool IsModerated { get; init; }

    /// <summary>Whether the model reasons before it answers; null when unknown.</summary>
    public bool? Reasoning { get; init; }

    /// <summary>The reasoning efforts that it accepts, highest first; null when unknown.</summary>
    public IReadOnlyList<string>? ReasoningEfforts { get; init; }

    /// <summary>Other names under which requests may ask for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Where it runs, cheapest first (by prompt plus completion price).</summary>
    public ImmutableArray<Endpoint> Endpoints { get; init; } = [];

    /// <summary>The slug.</summary>
    public override string ToString() => Slug;
}
