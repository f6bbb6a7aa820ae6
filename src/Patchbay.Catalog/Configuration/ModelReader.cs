using System.Text.RegularExpressions;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads <c>models</c>.</summary>
internal static partial class ModelReader
{
    private const long LastSecond = 253_402_300_799;

    private static readonly string[] Quantizations =
        ["int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32"];

    private static readonly string[] ServiceTiers = ["default", "flex", "priority"];

    private static readonly IReadOnlyList<string> AllModalities = ModalityNames.Of((Modalities)~0);

    private static readonly IReadOnlyList<string> AllParameters = ParameterNames.Of((Parameters)~0UL);

    private delegate bool NameParser<T>(ReadOnlySpan<char> name, out T value);

    public static List<OperatorModel> Read(
        YamlSection root, ReadContext context, IReadOnlyList<OperatorProvider> providers)
    {
        var result = new List<OperatorModel>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (node, path) in root.Items("models") ?? [])
        {
            if (YamlSection.Open(context, node, path) is not { } section
                || ReadOne(section, context, providers) is not { } model)
            {
                continue;
            }

            if (!names.Add(model.Slug))
            {
                section.Problem("slug", $"{section.Shown("slug")} is listed twice.");
                continue;
            }

            foreach (var alias in model.Aliases ?? [])
            {
                if (!names.Add(alias))
                {
                    section.Problem("aliases", "name a model that this file already names.");
                }
            }

            result.Add(model);
        }

        return result;
    }

    /// <summary>Whether the file may name a model so.</summary>
    public static bool IsSlug(string text) => Slug.IsMatch(text);

    private static OperatorModel? ReadOne(
        YamlSection section, ReadContext context, IReadOnlyList<OperatorProvider> providers)
    {
        var slug = section.RequiredText("slug");
        if (slug is not null && !Slug.IsMatch(slug))
        {
            section.Problem("slug", $"{section.Shown("slug")} is not a model slug of the form author/name.");
        }

        var name = section.Text("name");
        var description = section.Text("description");
        var contextLength = section.Count("context_length");
        var maxOutput = section.Count("max_output_tokens");
        var input = Set(section, context, "input_modalities", AllModalities, ModalityNames.TryParse,
            Modalities.None, static (set, one) => set | one);
        var output = Set(section, context, "output_modalities", AllModalities, ModalityNames.TryParse,
            Modalities.None, static (set, one) => set | one);
        var supported = Supported(section, context);
        var created = section.Whole("created", 0, LastSecond);
        var distillable = section.Flag("distillable");
        var replace = section.Flag("replace");
        var aliases = section.Texts("aliases");
        foreach (var (text, path, node) in aliases ?? [])
        {
            if (!Slug.IsMatch(text))
            {
                context.Problem(node, path, "is not a model slug of the form author/name.");
            }
        }

        var endpoints = Endpoints(section, context, providers);
        section.Close();
        return slug is null ? null : new OperatorModel
        {
            Slug = slug,
            Name = name,
            Description = description,
            ContextLength = contextLength,
            MaxOutputTokens = maxOutput,
            Input = input,
            Output = output,
            Supported = supported,
            Created = created,
            Aliases = aliases?.Select(alias => alias.Text).ToArray(),
            Distillable = distillable,
            Replace = replace ?? false,
            Endpoints = endpoints,
        };
    }

    private static List<OperatorEndpoint> Endpoints(
        YamlSection model, ReadContext context, IReadOnlyList<OperatorProvider> providers)
    {
        var result = new List<OperatorEndpoint>();
        var ids = new HashSet<(string Tag, string Model)>();
        var items = model.Items("endpoints", required: true);
        if (items is { Count: 0 })
        {
            model.Problem("endpoints", "must name at least one endpoint.");
        }

        foreach (var (node, path) in items ?? [])
        {
            if (YamlSection.Open(context, node, path) is not { } section)
            {
                continue;
            }

            if (ReadEndpoint(section, context, providers) is { } endpoint)
            {
                if (ids.Add((endpoint.TagOrDefault, endpoint.Model)))
                {
                    result.Add(endpoint);
                }
                else
                {
                    section.Problem("model", $"{section.Shown("model")} is listed twice for this provider; give one a tag.");
                }
            }
        }

        return result;
    }

    private static OperatorEndpoint? ReadEndpoint(
        YamlSection section, ReadContext context, IReadOnlyList<OperatorProvider> providers)
    {
        var provider = section.RequiredText("provider");
        var model = section.RequiredText("model");
        var own = provider is null ? null : providers.FirstOrDefault(candidate => candidate.Slug == provider);
        if (provider is not null && own is null && !ProviderReader.IsBuiltIn(provider))
        {
            string[] known = [.. providers.Select(candidate => candidate.Slug), .. ProviderReader.BuiltIn];
            section.Problem("provider",
                $"{section.Shown("provider")} is neither in providers nor built in{NearestName.Suggest(provider, known)}");
        }

        var price = section.Section("price");
        var prices = price is null ? null : PriceReader.Read(price, context);
        if (!section.Has("price") && own?.BaseUrl is not { IsLoopback: true } && provider is not null)
        {
            section.Problem("price",
                "is missing; only a provider on this machine is free without one. Write zeros if it costs nothing.");
        }

        var protocol = section.Word("protocol", ProviderReader.Protocols);
        var contextLength = section.Count("context_length");
        var maxOutput = section.Count("max_output_tokens");
        var quantization = section.Word("quantization", Quantizations);
        var supported = Supported(section, context);
        var region = section.Text("region");
        var tier = section.Word("service_tier", ServiceTiers);
        var tag = section.Text("tag");
        if (tag is not null && provider is not null
            && tag != provider && !tag.StartsWith(provider + "/", StringComparison.Ordinal))
        {
            section.Problem("tag", $"{section.Shown("tag")} must be the provider's slug, or begin with it and a slash.");
        }

        section.Close();
        return provider is null || model is null ? null : new OperatorEndpoint
        {
            Provider = provider,
            Model = model,
            Protocol = protocol,
            Prices = prices ?? PriceList.Free,
            ContextLength = contextLength,
            MaxOutputTokens = maxOutput,
            Quantization = quantization,
            Supported = supported,
            Region = region,
            ServiceTier = ServiceTierNames.Served(tier) ?? ServiceTier.Default,
            Tag = tag,
        };
    }

    private static Parameters? Supported(YamlSection section, ReadContext context) =>
        Set(section, context, "supported_parameters", AllParameters, ParameterNames.TryParse,
            Parameters.None, static (set, one) => set | one);

    private static T? Set<T>(YamlSection section, ReadContext context, string key,
        IReadOnlyCollection<string> known, NameParser<T> parse, T none, Func<T, T, T> join)
        where T : struct
    {
        if (section.Texts(key) is not { } items)
        {
            return null;
        }

        var set = none;
        foreach (var (text, path, node) in items)
        {
            if (parse(text, out var one))
            {
                set = join(set, one);
            }
            else
            {
                context.Problem(node, path, $"'{node}' is not known{NearestName.Suggest(text, known)}");
            }
        }

        return set;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*(:[a-z0-9-]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Slug { get; }
}
