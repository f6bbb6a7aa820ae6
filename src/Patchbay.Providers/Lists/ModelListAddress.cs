namespace Patchbay.Providers;

/// <summary>Where providers list the models that they serve.</summary>
public static class ModelListAddress
{
    /// <summary>The address of the whole list; null where the protocol has none that is read here. OpenAI's form:
    /// https://platform.openai.com/docs/api-reference/models/list, Anthropic's:
    /// https://docs.claude.com/en/api/models-list, Google's: https://ai.google.dev/api/models.</summary>
    /// <param name="protocol">What the provider speaks.</param>
    /// <param name="baseUrl">Where its API begins; ends with a slash.</param>
    public static Uri? For(string protocol, Uri baseUrl) => protocol switch
    {
        "openai" or "mistral" => new Uri(baseUrl, "models"),
        "anthropic" => new Uri(baseUrl, "models?limit=1000"),
        "gemini" => new Uri(baseUrl, "models?pageSize=1000"),
        _ => null,
    };
}
