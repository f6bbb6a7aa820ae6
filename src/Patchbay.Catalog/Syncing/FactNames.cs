namespace Patchbay.Catalog;

/// <summary>The names of facts, and what a subject's name tells.</summary>
internal static class FactNames
{
    public const string PricePrefix = "price.";
    public const string Prompt = PricePrefix + "prompt";
    public const string Completion = PricePrefix + "completion";
    public const string Tiers = "tiers";
    public const string Context = "context";
    public const string MaxOutput = "max_output";
    public const string Parameters = "parameters";
    public const string Status = "status";
    public const string Region = "region";
    public const string Protocol = "protocol";
    public const string Quantization = "quantization";
    public const string Ends = "ends";

    public const string Name = "name";
    public const string Kind = "kind";
    public const string Canonical = "canonical";
    public const string Created = "created";
    public const string Released = "released";
    public const string Cutoff = "cutoff";
    public const string Input = "input";
    public const string Output = "output";
    public const string HuggingFace = "hugging_face";
    public const string Expires = "expires";
    public const string OpenWeights = "open_weights";
    public const string Reasoning = "reasoning";

    /// <summary>Stands in the layer for "this subject is no longer there".</summary>
    public const string Gone = "gone";

    public static bool IsPrice(string fact) =>
        fact == Tiers || fact.StartsWith(PricePrefix, StringComparison.Ordinal);

    public static string Endpoint(string tag, string model, string id) => string.Concat(tag, "|", model) + "|" + id;

    public static string ModelOf(string subject)
    {
        var first = subject.IndexOf('|', StringComparison.Ordinal);
        return first < 0 ? subject : subject[(first + 1)..subject.IndexOf('|', first + 1)];
    }

    /// <summary>The tag of an endpoint: the provider's slug, and perhaps more after a slash.</summary>
    public static string? TagOf(string subject)
    {
        var first = subject.IndexOf('|', StringComparison.Ordinal);
        return first < 0 ? null : subject[..first];
    }

    public static string? ProviderOf(string subject) => TagOf(subject)?.Split('/')[0];

    public static string IdOf(string subject) =>
        subject[(subject.IndexOf('|', subject.IndexOf('|', StringComparison.Ordinal) + 1) + 1)..];
}
