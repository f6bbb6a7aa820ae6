using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Faults;

public sealed class TlsWorld : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private readonly Dictionary<string, TlsListener> _listeners = [];
    private string _trusted = "";

    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        _listeners["trusted"] = new TlsListener(_authority.Issue("127.0.0.1"));
        _listeners["bad-expired"] = new TlsListener(_authority.Issue("127.0.0.1", -20, -10));
        _listeners["bad-wrong-host"] = new TlsListener(_authority.Issue("elsewhere.example"));
        _listeners["bad-self-signed"] = new TlsListener(TestAuthority.SelfSigned("127.0.0.1"));
        _listeners["bad-tls10"] = new TlsListener(null);
        _trusted = Path.GetTempFileName();
        await File.WriteAllTextAsync(_trusted, _authority.Pem, token);
        World = await World.StartAsync(
            new WorldOptions
            {
                Models = [
                    new WorldModel("fault/trusted", new WorldEndpoint("trusted", "echo")),
                    .. TlsTests.Faults.SelectMany(fault => fault.Models())],
                Addresses = _listeners.ToDictionary(l => l.Key, l => l.Value.BaseUrl),
                Environment = new Dictionary<string, string?> { ["SSL_CERT_FILE"] = _trusted },
            },
            token);
    }

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        foreach (var listener in _listeners.Values)
        {
            await listener.DisposeAsync();
        }

        _authority.Dispose();
        File.Delete(_trusted);
    }
}

public sealed class TlsTests(TlsWorld fixture) : IClassFixture<TlsWorld>
{
    public static IReadOnlyList<FaultCase> Faults { get; } =
    [
        .. ((string[])["expired", "wrong-host", "self-signed", "tls10"])
            .Select(name => new FaultCase(name, "", Seen.Unavailable("provider_tls_error"))),
    ];

    public static TheoryData<string, bool> Cases { get; } = FaultCases.Names(Faults);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_of_a_trusted_authority_for_the_right_host_is_accepted()
    {
        var response = await fixture.World.Api.ChatAsync("fault/trusted", Token);

        Assert.True(response.Status == 200, response.Body);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_certificate_or_version_that_is_not_acceptable_is_never_overlooked(string name, bool stream) =>
        FaultProbe.AloneAsync(fixture.World, Faults.First(f => f.Name == name), stream, Token);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_next_endpoint_answers(string name, bool stream) =>
        FaultProbe.WithFallbackAsync(fixture.World, Faults.First(f => f.Name == name), stream, Token);
}
