using System.Text.Json;

namespace Patchbay.Repository.Tests;

public sealed class ProviderNameTests
{
    // Slugs that are also the name of something else: file or folder, string, and what it means there.
    private static readonly HashSet<(string Path, string Literal, string Meaning)> OtherMeanings =
    [
        ("src/Patchbay.Catalog/Building/ProviderBuilder.cs", "anthropic", "protocol"),
        ("src/Patchbay.Catalog/Configuration/ProviderReader.cs", "openai", "protocol"),
        ("src/Patchbay.Catalog/Configuration/ProviderReader.cs", "anthropic", "protocol"),
        ("src/Patchbay.Catalog/Configuration/ProviderReader.cs", "cohere", "protocol"),
        ("src/Patchbay.Catalog/Configuration/ProviderReader.cs", "mistral", "protocol"),
        ("src/Patchbay.Catalog/Configuration/ProviderReader.cs", "replicate", "protocol"),
        ("src/Patchbay.Protocol/ReplicatePredictions/ReplicateDialect.cs", "replicate", "protocol"),
        ("src/Patchbay.Providers/ProviderFactory.cs", "replicate", "protocol"),
        ("src/Patchbay.Core/Capabilities/Parameters.cs", "seed", "request parameter"),
        ("src/Patchbay.Protocol/", "seed", "request parameter"),
        ("src/Patchbay.Api/Canaries/CanaryProbe.cs", "seed", "request parameter"),
        ("src/Patchbay.Protocol/AnthropicMessages/AnthropicDialect.cs", "anthropic", "protocol"),
        ("src/Patchbay.Protocol/CohereChat/CohereDialect.cs", "cohere", "protocol"),
        ("src/Patchbay.Protocol/MistralChat/MistralDialect.cs", "mistral", "protocol"),
        ("src/Patchbay.Catalog/Local/LocalAnswers.cs", "meta", "member of llama.cpp's list"),
        ("src/Patchbay.Catalog/ProviderListing.cs", "openai", "protocol"),
        ("src/Patchbay.Providers/Lists/ModelListAddress.cs", "openai", "protocol"),
        ("src/Patchbay.Providers/Lists/ModelListAddress.cs", "mistral", "protocol"),
        ("src/Patchbay.Providers/Lists/ModelListAddress.cs", "anthropic", "protocol"),
        ("src/Patchbay.Providers/ProviderFactory.cs", "anthropic", "protocol"),
        ("src/Patchbay.Providers/ProviderFactory.cs", "openai", "protocol"),
        ("src/Patchbay.Providers/ProviderFactory.cs", "mistral", "protocol"),
        ("src/Patchbay.Providers/ProviderFactory.cs", "cohere", "protocol"),
        ("src/Patchbay.Providers/Accounts/AzureAccount.cs", "openai", "type of an Azure resource"),
        ("src/Patchbay.Routing/ModelAuthors.cs", "anthropic", "author of models"),
        ("src/Patchbay.Routing/ModelAuthors.cs", "openai", "author of models"),
        ("src/Patchbay.Server/Invoices/", "openai", "writer of an export's format"),
        ("src/Patchbay.Server/Invoices/", "anthropic", "writer of an export's format"),
        ("src/Patchbay.Server/Invoices/", "openrouter", "writer of an export's format"),
        ("src/Patchbay.Providers/Google/VertexRawPredictProvider.cs", "ai21", "publisher on Vertex AI"),
    ];

    [Fact]
    public void No_code_outside_a_providers_folder_knows_its_slug()
    {
        var slugs = Slugs();
        var findings = new Findings();
        foreach (var file in Repository.CSharp("src/"))
        {
            foreach (var literal in file.CSharp.Literals)
            {
                if (slugs.Contains(literal.Value) && !IsOwnFolder(file, literal.Value)
                    && !OtherMeanings.Any(entry => file.Path.StartsWith(entry.Path, StringComparison.Ordinal) && entry.Literal == literal.Value))
                {
                    findings.Add($"{file.At(literal.Offset)}: \"{literal.Value}\"");
                }
            }
        }

        findings.AssertNone(
            "What differs between providers is data (src/Patchbay.Catalog/Data) or code in the provider's own folder.");
    }

    [Fact]
    public void The_built_in_catalogue_has_slugs_to_look_for()
    {
        var slugs = Slugs();

        Assert.Contains("groq", slugs);
        Assert.True(slugs.Count > 20, $"Only {slugs.Count} slugs were found.");
    }

    private static HashSet<string> Slugs()
    {
        using var document = JsonDocument.Parse(Repository.Get("src/Patchbay.Catalog/Data/providers.json").Text);
        return document.RootElement.EnumerateArray()
            .Select(provider => provider.GetProperty("slug").GetString()!)
            .ToHashSet(StringComparer.Ordinal);
    }

    // src/Patchbay.Providers/AmazonNova/ belongs to amazon-nova.
    private static bool IsOwnFolder(SourceFile file, string slug)
    {
        var parts = file.Path.Split('/');
        return parts is ["src", "Patchbay.Providers", var folder, _, ..]
            && folder.Equals(slug.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }
}
