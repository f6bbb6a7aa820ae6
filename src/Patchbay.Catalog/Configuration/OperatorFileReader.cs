using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Patchbay.Catalog;

/// <summary>Reads the whole file: the two lists of the catalogue, and settings for everybody else.</summary>
internal static class OperatorFileReader
{
    public static OperatorFileResult Read(string yaml, ReadContext context, IReadOnlySet<string> optionKeys)
    {
        var file = ReadFile(yaml, context, optionKeys);
        var problems = context.Problems;
        return new OperatorFileResult(problems.All(problem => problem.IsWarning) ? file : null, problems);
    }

    private static OperatorFile? ReadFile(string yaml, ReadContext context, IReadOnlySet<string> optionKeys)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException exception)
        {
            context.Problem(exception.Start, "", "is not valid YAML: " + exception.Message);
            return null;
        }

        if (stream.Documents.Count == 0
            || stream.Documents[0].RootNode is YamlScalarNode { Value: null or "", Style: ScalarStyle.Plain })
        {
            return new OperatorFile();
        }

        if (stream.Documents.Count > 1)
        {
            context.Problem(stream.Documents[1].RootNode, "", "a second document begins here; there must be only one.");
        }

        if (YamlSection.Open(context, stream.Documents[0].RootNode, "") is not { } root)
        {
            return null;
        }

        var providers = ProviderReader.Read(root, context);
        var models = ModelReader.Read(root, context, providers);
        var latest = Latest(root);
        var options = OptionReader.Read(root, context, optionKeys);
        root.Close();
        return new OperatorFile { Providers = providers, Models = models, Latest = latest, Options = options };
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Latest(YamlSection root)
    {
        var pairs = root.Pairs("latest") ?? [];
        foreach (var (alias, slug) in pairs)
        {
            if (alias is not ['~', .. var name] || !ModelReader.IsSlug(name) || !ModelReader.IsSlug(slug))
            {
                root.Problem("latest", $"must map names such as ~author/family-latest to model slugs; '{alias}' does not.");
            }
        }

        return pairs;
    }
}
