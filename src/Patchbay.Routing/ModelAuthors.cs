using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>The groups of authors that rules of zero data retention tell apart.</summary>
[Flags]
public enum ModelAuthors
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>Anthropic.</summary>
    Anthropic = 1,

    /// <summary>Google.</summary>
    Google = 2,

    /// <summary>OpenAI.</summary>
    OpenAi = 4,

    /// <summary>xAI.</summary>
    Xai = 8,

    /// <summary>Everybody else.</summary>
    Other = 16,
}

/// <summary>Which model belongs where.</summary>
internal static class ModelGroup
{
    /// <summary>The group of a model's author.</summary>
    public static ModelAuthors Of(Model model) => model.Author switch
    {
        "anthropic" => ModelAuthors.Anthropic,
        "google" => ModelAuthors.Google,
        "openai" => ModelAuthors.OpenAi,
        "x-ai" => ModelAuthors.Xai,
        _ => ModelAuthors.Other,
    };

    /// <summary>Whether a list of slugs names the model, or with <c>:free</c> at the end this endpoint of it.</summary>
    public static bool IsIn(IReadOnlyList<string> names, Model model, bool isFree)
    {
        const string Free = ":free";
        for (var i = 0; i < names.Count; i++)
        {
            var name = names[i].AsSpan();
            var rest = name.EndsWith(Free, StringComparison.Ordinal) ? name[..^Free.Length] : name;
            if ((rest.Length == name.Length || isFree)
                && (rest.Equals(model.CanonicalSlug, StringComparison.OrdinalIgnoreCase)
                    || rest.Equals(model.Slug, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
