namespace Patchbay.Providers.Tests.Google;

public sealed class GoogleAddressTests
{
    private const string Api = "https://generativelanguage.googleapis.com/v1beta/";
    private const string Project = "aiplatform.googleapis.com/v1/projects/p/locations/";

    [Theory]
    [InlineData("gemini", Api, "gemini-2.5-pro", Api + "models/gemini-2.5-pro:generateContent")]
    [InlineData("gemini", Api, "models/gemini-2.5-pro", Api + "models/gemini-2.5-pro:generateContent")]
    [InlineData("gemini", Api, "tunedModels/mine", Api + "tunedModels/mine:generateContent")]
    [InlineData("gemini", Api, "odd;a=b c:d", Api + "models/odd%3Ba%3Db%20c%3Ad:generateContent")]
    [InlineData("vertex", "https://europe-west4-" + Project + "europe-west4/", "gemini-2.5-pro", "https://europe-west4-" + Project + "europe-west4/publishers/google/models/gemini-2.5-pro:generateContent")]
    [InlineData("vertex", "https://europe-west4-" + Project + "europe-west4/", "endpoints/12", "https://europe-west4-" + Project + "europe-west4/endpoints/12:generateContent")]
    [InlineData("vertex", "https://global-" + Project + "global/", "gemini-2.5-pro", "https://" + Project + "global/publishers/google/models/gemini-2.5-pro:generateContent")]
    public void The_address_names_the_model(string protocol, string address, string model, string expected)
    {
        var provider = ProviderFactory.Create(protocol, new ProviderDescriptor { Slug = "g", Name = "G", BaseUrl = new Uri(address) })!;

        Assert.Equal(expected, provider.ChatAddress(model, stream: false).AbsoluteUri);
        Assert.Equal(
            expected.Replace(":generateContent", ":streamGenerateContent?alt=sse", StringComparison.Ordinal),
            provider.ChatAddress(model, stream: true).AbsoluteUri);
        Assert.Equal(protocol, provider.Dialect!.Name);
    }
}
