namespace Patchbay.Catalog;

/// <summary>A name that moves with time to the newest model of a family.</summary>
/// <param name="Slug">The name in requests: <c>~author/family-latest</c>.</param>
/// <param name="Name">The display name.</param>
/// <param name="Target">The model that the name means now. Requests, prices and answers are this model's.</param>
public sealed record ModelAlias(string Slug, string Name, Model Target);
