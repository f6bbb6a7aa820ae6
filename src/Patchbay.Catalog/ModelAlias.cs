namespace Patchbay.Catalog;

/// <summary>A name that moves with time to the newest model of a family.</summary>
/// <param name="Slug">The name in requests: <c>~author/family-latest</c>.</param>
/// <param name="Name">The display name.</param>
/// <param name="Target">The model that the name means now. Requests, prices and answers are this model's.</param>
public sealed record ModelAlias(string Slug, string Name, Model Target)
{
    /// <summary>The name as a model of its own, for lists: everything but slug and name is the target's.</summary>
    public Model AsModel() => new()
    {
        Slug = Slug,
        Name = Name,
        AliasTarget = Target,
        Author = Slug[..Slug.IndexOf('/', StringComparison.Ordinal)],
        CanonicalSlug = Slug,
        Created = Target.Created,
        ReleaseDate = Target.ReleaseDate,
        KnowledgeCutoff = Target.KnowledgeCutoff,
        ContextLength = Target.ContextLength,
        MaxOutputTokens = Target.MaxOutputTokens,
        Input = Target.Input,
        Output = Target.Output,
        Tokenizer = Target.Tokenizer,
        InstructType = Target.InstructType,
        Supported = Target.Supported,
        Description = $"Always the newest model of the family; now {Target.Name}.",
        Kind = Target.Kind,
        License = Target.License,
        OpenWeights = Target.OpenWeights,
        Distillable = Target.Distillable,
        EmbeddingDimensions = Target.EmbeddingDimensions,
        HuggingFaceId = Target.HuggingFaceId,
        ExpirationDate = Target.ExpirationDate,
        IsModerated = Target.IsModerated,
        Reasoning = Target.Reasoning,
        ReasoningEfforts = Target.ReasoningEfforts,
        Endpoints = Target.Endpoints,
    };
}
