using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Patchbay.Api.Tests.Catalogue;

/// <summary>OpenRouter's own OpenAPI description, which lies beside the project and is not part of it.</summary>
internal static class ReferenceDescription
{
    private static readonly string? File = Find();

    /// <summary>The description. Skips the test where there is none; in CI its absence is a failure.</summary>
    public static JsonElement Load()
    {
        if (File is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "../shared/reference/openrouter-openapi.yaml is missing.");
            Assert.Skip("../shared/reference/openrouter-openapi.yaml is not there.");
        }

        var yaml = new YamlStream();
        using var reader = new StreamReader(File);
        yaml.Load(reader);
        return JsonSerializer.SerializeToElement(Convert(yaml.Documents[0].RootNode));
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(
            pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Convert(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" } => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => true,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => false,
        YamlScalarNode { Style: ScalarStyle.Plain } number when decimal.TryParse(
            number.Value, System.Globalization.CultureInfo.InvariantCulture, out var value) => value,
        YamlScalarNode text => text.Value,
        _ => throw new InvalidDataException(node.ToString()),
    };

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "reference", "openrouter-openapi.yaml");
            if (System.IO.File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }
}
