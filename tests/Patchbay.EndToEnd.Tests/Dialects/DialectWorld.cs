using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>What differs between the providers of two dialects.</summary>
public sealed record DialectFacts
{
    /// <summary>The provider's slug; its display name is the same in capitals.</summary>
    public required string Provider { get; init; }

    /// <summary>The protocol.</summary>
    public required string Protocol { get; init; }

    /// <summary>A model that thinks, calls tools and sees, as the provider names it.</summary>
    public required string Model { get; init; }

    /// <summary>The path of a request for a whole answer; MODEL stands for the id with its settings.</summary>
    public required string Path { get; init; }

    /// <summary>The native reason of an answer that ended by itself.</summary>
    public required string Stop { get; init; }

    /// <summary>The native reason of an answer that calls tools.</summary>
    public required string Calls { get; init; }

    /// <summary>The native reason of an answer that was too long.</summary>
    public required string Length { get; init; }

    /// <summary>The <c>format</c> of reasoning details; null where the dialect has no reasoning of its own.</summary>
    public string? Reasoning { get; init; }

    /// <summary>How the errors inside streams are known: some say no more than that there is one.</summary>
    public string BrokenCode { get; init; } = "provider_overloaded";

    /// <summary>Whether a call of a tool can be demanded.</summary>
    public bool DemandsCalls { get; init; } = true;

    /// <summary>Whether tokens that came from a cache are told.</summary>
    public bool TellsCached { get; init; } = true;

    /// <summary>Whether it tells the tokens of thoughts apart.</summary>
    public bool TellsReasoning { get; init; }

    /// <summary>Further lines of the provider in patchbay.yaml.</summary>
    public string Yaml { get; init; } = "";

    /// <summary>Whether it is given a key.</summary>
    public bool HasKey { get; init; } = true;
}

/// <summary>A server in front of a provider of one dialect, with the models that every dialect is tried with.</summary>
public abstract class DialectWorld(DialectFacts facts) : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public DialectFacts Facts { get; } = facts;

    /// <summary>Further models.</summary>
    protected virtual IEnumerable<WorldModel> More => [];

    /// <summary>Further providers of the same protocol, with their lines in patchbay.yaml.</summary>
    protected virtual IReadOnlyDictionary<string, string> MoreYaml => new Dictionary<string, string>();

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                Model("test/plain", "tokens=12;prompt_tokens=100"),
                Model("test/thinker", "tokens=6;reasoning=5;prompt_tokens=100"),
                Model("test/caller", "tools=2;reasoning=7"),
                Model("test/cached", "tokens=4;prompt_tokens=1000;cached=600"),
                Model("test/limited", "status=429;retry_after=8"),
                Model("test/invalid", "status=400;message=Bad%3A no"),
                Model("test/missing", "status=404"),
                Model("test/forbidden", "status=403"),
                Model("test/failing", "status=500"),
                Model("test/overloaded", "status=529"),
                Model("test/early-error", "fault=error-in200;status=529"),
                Model("test/cut", "tokens=40;fault=cut;after=8"),
                Model("test/cut-clean", "tokens=40;fault=cut-clean;after=8"),
                Model("test/rst", "tokens=40;fault=rst;after=8"),
                Model("test/garbled", "tokens=40;fault=malformed-json;after=8"),
                Model("test/corrupt", "tokens=40;fault=corrupt;after=8"),
                Model("test/broken", "tokens=40;fault=error-mid-stream;after=8;status=529"),
                Model("test/whole", "tokens=12;fault=json-on-stream"),
                Model("test/split", "tokens=12;prompt_tokens=100;split=3"),
                new WorldModel(
                    "test/failover",
                    new WorldEndpoint(Facts.Provider, Facts.Model + ";status=503", "0.000001", "0.000001"),
                    new WorldEndpoint("alpha", "echo-1;tokens=12", "0.000003", "0.000003")),
                .. More,
            ],
            Protocols = Protocols,
            ProviderYaml = new Dictionary<string, string>(MoreYaml) { [Facts.Provider] = Facts.Yaml },
            WithoutKey = Facts.HasKey ? [] : [Facts.Provider, .. MoreYaml.Keys],
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>What providers speak.</summary>
    protected virtual IReadOnlyDictionary<string, string> Protocols =>
        new Dictionary<string, string>(MoreYaml.ToDictionary(pair => pair.Key, _ => Facts.Protocol)) { [Facts.Provider] = Facts.Protocol };

    /// <summary>A model at the provider, whose id is followed by settings.</summary>
    protected WorldModel Model(string slug, string settings) => Exactly(slug, $"{Facts.Model};{settings}");

    /// <summary>A model at the provider by its whole id.</summary>
    protected WorldModel Exactly(string slug, string id) => new(slug, new WorldEndpoint(Facts.Provider, id)
    {
        MorePrices = "cache_read: \"0.0000001\", cache_write: \"0.00000125\", cache_write_1h: \"0.000002\"",
    })
    {
        Yaml = "input_modalities: [text, image, file, audio]",
    };
}
