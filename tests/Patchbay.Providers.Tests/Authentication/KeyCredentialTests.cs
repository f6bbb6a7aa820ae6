using Patchbay.Core;

namespace Patchbay.Providers.Tests;

public sealed class KeyCredentialTests
{
    [Theory]
    [InlineData("bearer", "Authorization", "Bearer acme-secret-1234")]
    [InlineData("x-api-key", "x-api-key", "acme-secret-1234")]
    [InlineData("api-key", "api-key", "acme-secret-1234")]
    [InlineData("x-goog-api-key", "x-goog-api-key", "acme-secret-1234")]
    [InlineData("header:Authorization", "Authorization", "acme-secret-1234")]
    [InlineData("header:xi-key", "xi-key", "acme-secret-1234")]
    public async Task The_key_goes_into_the_header_that_the_provider_expects(string auth, string header, string value)
    {
        using var machine = new Machine();

        using var request = await machine.ApplyAsync(auth, key: "acme-secret-1234");

        Assert.Equal(value, Assert.Single(request.Headers.GetValues(header)));
        Assert.Single(request.Headers);
    }

    [Theory]
    [InlineData("https://models.example/v1/chat", "https://models.example/v1/chat?key=a%2Fb%26c")]
    [InlineData("https://models.example/v1/chat?alt=sse", "https://models.example/v1/chat?alt=sse&key=a%2Fb%26c")]
    public async Task The_key_goes_into_the_address(string address, string expected)
    {
        using var machine = new Machine();
        var credential = Machine.Create("query:key", key: "a/b&c");
        using var request = new HttpRequestMessage(HttpMethod.Post, address);

        await credential.ApplyAsync(request, default, machine.Context, TestContext.Current.CancellationToken);

        Assert.Equal(expected, request.RequestUri!.AbsoluteUri);
        Assert.Empty(request.Headers);
    }

    [Fact]
    public async Task The_address_with_the_key_is_made_once()
    {
        using var machine = new Machine();
        var credential = Machine.Create("query:key", key: "k");
        var address = new Uri("https://models.example/v1/chat");
        using var first = new HttpRequestMessage(HttpMethod.Post, address);
        using var second = new HttpRequestMessage(HttpMethod.Post, address);

        await credential.ApplyAsync(first, default, machine.Context, TestContext.Current.CancellationToken);
        await credential.ApplyAsync(second, default, machine.Context, TestContext.Current.CancellationToken);

        Assert.Same(first.RequestUri, second.RequestUri);
    }

    [Theory]
    [InlineData("none", "k")]
    [InlineData("bearer", null)]
    [InlineData("query:key", null)]
    [InlineData("something-else", "k")]
    public void Without_a_scheme_or_a_key_nothing_is_added(string auth, string? key)
    {
        Assert.Same(Credential.None, Machine.Create(auth, key: key));
    }

    [Theory]
    [InlineData("header:")]
    [InlineData("header:Host")]
    [InlineData("header:content-length")]
    [InlineData("header:a b")]
    [InlineData("query:")]
    [InlineData("query:a&b")]
    [InlineData("Bearer")]
    [InlineData("")]
    public void A_word_that_is_no_scheme_is_refused(string word)
    {
        Assert.False(AuthScheme.TryParse(word, out _));
    }

    [Fact]
    public void A_key_is_added_at_once_and_without_an_allocation()
    {
        using var machine = new Machine();
        var cancellation = TestContext.Current.CancellationToken;
        foreach (var auth in (string[])["bearer", "query:key", "none"])
        {
            var credential = Machine.Create(auth, key: "k");
            using var request = new HttpRequestMessage(HttpMethod.Post, "https://models.example/v1/chat");
            var address = request.RequestUri!;
            Assert.True(machine.AppliesAtOnce(credential, request, cancellation));
            request.Headers.Clear();
            request.Headers.TryAddWithoutValidation("Authorization", "so that the list of headers has room");
            request.Headers.Remove("Authorization");
            request.RequestUri = address;

            var before = GC.GetAllocatedBytesForCurrentThread();
            machine.AppliesAtOnce(credential, request, cancellation);
            var after = GC.GetAllocatedBytesForCurrentThread();

            Assert.Equal((auth, 0), (auth, after - before));
        }
    }

    [Fact]
    public void Nothing_that_holds_a_secret_prints_it()
    {
        var settings = new AuthSettings { SecretAccessKey = "hush-hush", ClientSecret = "hush-hush", SessionToken = "hush-hush" };
        var descriptor = new ProviderDescriptor
        {
            Slug = "acme",
            Name = "Acme",
            BaseUrl = new Uri("https://models.example/"),
            ApiKey = "hush-hush",
            AuthSettings = settings,
        };
        var keys = new AwsKeys("AKIA", "hush-hush", "hush-hush");
        object[] all =
        [
            settings, descriptor, keys, new SigV4Signer(keys, "us-east-1", "bedrock"), new Token<string>("hush-hush", default),
            new Token<AwsKeys>(keys, default), Machine.Create("bearer", key: "hush-hush"), Machine.Create("query:key", key: "hush-hush"),
            Machine.Create("aws-sigv4", settings), Machine.Create("google", settings), Machine.Create("azure-entra", settings),
        ];

        Assert.All(all, item => Assert.DoesNotContain("hush-hush", item.ToString(), StringComparison.Ordinal));
    }
}
