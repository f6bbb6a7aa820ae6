using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>What the operator's file could gain from the servers that were found: entries in its own form, at price zero.
/// Immutable.</summary>
public sealed partial class LocalOffer
{
    private readonly string _providers;
    private readonly string _models;

    private LocalOffer(string providers, string models, IReadOnlyList<LocalOfferModel> all)
    {
        _providers = providers;
        _models = models;
        Models = all;
    }

    /// <summary>Every model that was found, in the order of the servers.</summary>
    public IReadOnlyList<LocalOfferModel> Models { get; }

    /// <summary>Whether there is nothing to add.</summary>
    public bool IsEmpty => _models.Length == 0;

    /// <summary>Compares what was found with what the file has. A server that the file knows under another slug keeps that
    /// slug; slugs that are taken get a number.</summary>
    public static LocalOffer Make(OperatorFile file, IReadOnlyList<LocalServer> servers)
    {
        var taken = file.Providers.Select(provider => provider.Slug).Concat(ProviderReader.BuiltIn).ToHashSet(StringComparer.Ordinal);
        var slugs = file.Models.SelectMany(model => model.Aliases ?? []).Concat(file.Models.Select(model => model.Slug))
            .ToHashSet(StringComparer.Ordinal);
        var providers = new StringBuilder();
        var models = new StringBuilder();
        var all = new List<LocalOfferModel>();
        foreach (var server in servers)
        {
            var known = file.Providers.FirstOrDefault(provider => provider.BaseUrl is { } address && IsSame(address, new Uri(server.BaseUrl)));
            var slug = known?.Slug ?? Free(server.Slug, taken);
            var isNew = false;
            foreach (var model in server.Models)
            {
                if (model.NotOffered is not null)
                {
                    all.Add(new LocalOfferModel(server, model, null, IsNew: false));
                }
                else if (file.Models.FirstOrDefault(own => own.Endpoints.Any(
                    endpoint => endpoint.Provider == slug && endpoint.Model == model.Id)) is { } own)
                {
                    all.Add(new LocalOfferModel(server, model, own.Slug, IsNew: false));
                }
                else
                {
                    var name = Free($"{slug}/{NameOf(model.Id)}", slugs);
                    all.Add(new LocalOfferModel(server, model, name, IsNew: true));
                    Append(models, slug, name, model, slugs);
                    isNew = true;
                }
            }

            if (known is null && isNew)
            {
                providers.Append(CultureInfo.InvariantCulture, $"- slug: {slug}\n  name: {Quoted(server.Name)}\n  base_url: {server.BaseUrl}\n");
            }
        }

        return new LocalOffer(providers.ToString(), models.ToString(), all);
    }

    /// <summary>The file's text with the entries added; every other byte stays. Null when the text is written in a way that
    /// nothing can be put into without writing it anew.</summary>
    public string? AddTo(string yaml, DateTimeOffset now) => OperatorFileEdit.Add(yaml,
        string.Create(CultureInfo.InvariantCulture, $"# Found on this machine on {now:yyyy-MM-dd} by: patchbay providers discover"),
        [("providers", _providers), ("models", _models)]);

    /// <summary>The entries alone, as a file.</summary>
    public override string ToString() => (_providers.Length > 0 ? "providers:\n" + Indented(_providers) : "")
        + (_models.Length > 0 ? "models:\n" + Indented(_models) : "");

    /// <summary>What follows the slash in a model's slug: the last part of its id, in lower case, with hyphens for what a slug
    /// cannot have. The file name's ending and Ollama's tag <c>latest</c> say nothing and go.</summary>
    internal static string NameOf(string id)
    {
        const string Ending = ".gguf";
        const string Latest = ":latest";
        var name = id.Replace('\\', '/').TrimEnd('/');
        name = name[(name.LastIndexOf('/') + 1)..];
        name = name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? name[..^Ending.Length] : name;
        name = name.EndsWith(Latest, StringComparison.Ordinal) ? name[..^Latest.Length] : name;
        name = Unfit.Replace(name.ToLowerInvariant(), "-").Trim('-', '.', '_');
        return name.Length == 0 ? "model" : name;
    }

    private static void Append(StringBuilder text, string provider, string slug, LocalModel model, HashSet<string> slugs)
    {
        text.Append("- slug: ").Append(slug).Append('\n');
        var alias = $"{provider}/{model.Id}";
        if (alias != slug && ModelReader.IsSlug(alias) && slugs.Add(alias))
        {
            text.Append("  aliases: [").Append(Quoted(alias)).Append("]\n");
        }

        if (model.ContextLength is { } context)
        {
            text.Append(CultureInfo.InvariantCulture, $"  context_length: {context}\n");
        }

        if (model.TakesImages)
        {
            text.Append("  input_modalities: [text, image]\n");
        }

        if (model.Supported is { } supported)
        {
            text.Append("  supported_parameters: [").AppendJoin(", ", ParameterNames.Of(supported)).Append("]\n");
        }

        text.Append("  endpoints:\n    - provider: ").Append(provider).Append("\n      model: ").Append(Quoted(model.Id))
            .Append("\n      price: { prompt: \"0\", completion: \"0\" }\n");
    }

    private static bool IsSame(Uri left, Uri right) => left.IsLoopback && right.IsLoopback && left.Port == right.Port;

    private static string Free(string wanted, HashSet<string> taken)
    {
        var free = wanted;
        for (var i = 2; !taken.Add(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{wanted}-{i}");
        }

        return free;
    }

    private static string Indented(string items) => OperatorFileEdit.Indent(items, "  ", "\n");

    private static string Quoted(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    [GeneratedRegex("[^a-z0-9._-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Unfit { get; }
}

/// <summary>A model that was found.</summary>
/// <param name="Server">Where.</param>
/// <param name="Model">What the server says of it.</param>
/// <param name="Slug">Its slug, in the file or to be; null when it is not offered.</param>
/// <param name="IsNew">Whether the file does not have it.</param>
public sealed record LocalOfferModel(LocalServer Server, LocalModel Model, string? Slug, bool IsNew);
