using Patchbay.Core;

namespace Patchbay.Providers.Tests;

/// <summary>What a credential finds on a machine: variables, files, a clock.</summary>
internal sealed class Machine : IDisposable
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public Machine()
    {
        Home = Directory.CreateTempSubdirectory("patchbay-").FullName;
        this["HOME"] = Home;
        Context = new CredentialContext(clock: Clock, log: Log, variables: name => _variables.GetValueOrDefault(name))
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
    }

    public string Home { get; }

    public ManualClock Clock { get; } = new();

    public KeptLog Log { get; } = new();

    public CredentialContext Context { get; }

    public string this[string variable]
    {
        set => _variables[variable] = value;
    }

    public string Write(string path, string text)
    {
        var file = Path.Combine(Home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public void Forget(string variable) => _variables.Remove(variable);

    /// <summary>The request that a credential of this scheme makes of a plain one.</summary>
    public Task<HttpRequestMessage> ApplyAsync(string auth, AuthSettings? settings = null, string? key = null) =>
        ApplyAsync(Create(auth, settings, key));

    public async Task<HttpRequestMessage> ApplyAsync(Credential credential)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "https://models.example/v1/chat");
        await credential.ApplyAsync(request, "{}"u8.ToArray(), Context, TestContext.Current.CancellationToken);
        return request;
    }

    /// <summary>Whether the credential is added without waiting.</summary>
    public bool AppliesAtOnce(Credential credential, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var added = credential.ApplyAsync(request, default, Context, cancellationToken);
        return added.IsCompletedSuccessfully;
    }

    public static Credential Create(string auth, AuthSettings? settings = null, string? key = null) =>
        CredentialFactory.Create(new ProviderDescriptor
        {
            Slug = "acme",
            Name = "Acme",
            BaseUrl = new Uri("https://models.example/v1/"),
            Auth = auth,
            ApiKey = key,
            AuthSettings = settings ?? AuthSettings.Empty,
        });

    /// <summary>The value of the <c>Authorization</c> header that a credential makes.</summary>
    public async Task<string> AuthorizationAsync(Credential credential) =>
        Assert.Single((await ApplyAsync(credential)).Headers.GetValues("Authorization"));

    public void Dispose()
    {
        Context.Dispose();
        Directory.Delete(Home, recursive: true);
    }
}
