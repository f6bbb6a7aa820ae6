namespace Patchbay.Catalog;

/// <summary>The content of <c>patchbay.yaml</c>. Immutable; may hold secrets, so it has no text form.</summary>
public sealed class OperatorFile
{
    /// <summary>The settings besides providers and models, flat, under the spelling that the caller allowed.</summary>
    public IReadOnlyDictionary<string, OptionValue> Options { get; init; } = new Dictionary<string, OptionValue>();

    internal IReadOnlyList<OperatorProvider> Providers { get; init; } = [];

    internal IReadOnlyList<OperatorModel> Models { get; init; } = [];

    /// <summary>Which model a name such as <c>~author/family-latest</c> means, in place of the newest of its family.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Latest { get; init; } = [];

    /// <summary>Whether the file itself says what a provider charges for a model; whatever else is known does not count then.
    /// </summary>
    public bool Prices(string model, string provider) => Models.Any(own =>
        own.Slug == model && (own.Replace || own.Endpoints.Any(endpoint => endpoint.Provider == provider)));

    /// <summary>Whether the file states everything that could be said of a model, or of an endpoint by
    /// <see cref="Endpoint.Id"/>, so that no other word on it counts.</summary>
    public bool Says(string subject) => FactNames.ProviderOf(subject) is { } provider
        ? Prices(FactNames.ModelOf(subject), provider)
        : Models.Any(own => own.Slug == subject && own.Replace);

    /// <summary>The same with the providers and models of another file whose slugs it does not use.</summary>
    public OperatorFile With(OperatorFile more) => new()
    {
        Options = Options,
        Latest = Latest,
        Providers = [.. Providers, .. more.Providers.Where(provider => Providers.All(own => own.Slug != provider.Slug))],
        Models = [.. Models, .. more.Models.Where(model => Models.All(own => own.Slug != model.Slug))],
    };

    /// <summary>Reads the file and collects every problem in it.</summary>
    /// <param name="yaml">The text; an empty one is a file without entries.</param>
    /// <param name="fileName">The name that problems are reported under.</param>
    /// <param name="env">Where <c>${NAME}</c> and <c>${NAME:-default}</c> are looked up.</param>
    /// <param name="optionKeys">The known settings, flat, as <c>Section:Key</c>. Names in the file match in any case
    /// and with or without underscores and hyphens; <c>Section:*</c> allows anything below a section.</param>
    public static OperatorFileResult Parse(
        string yaml, string fileName, ICredentialSource env, IReadOnlySet<string> optionKeys) =>
        OperatorFileReader.Read(yaml, new ReadContext(fileName, env), optionKeys);
}

/// <summary>A setting of the operator's file. May hold a secret.</summary>
/// <param name="Value">The text after replacing <c>${NAME}</c>.</param>
/// <param name="Line">Where it stands, from 1.</param>
public sealed record OptionValue(string Value, int Line)
{
    /// <summary>The line only, since the value may be a secret.</summary>
    public override string ToString() => $"line {Line}";
}
