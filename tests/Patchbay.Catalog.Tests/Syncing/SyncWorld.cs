using System.Text;
using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

/// <summary>A small catalogue to sync: a maker with three models, a host of two of them, and a gateway.</summary>
internal static class SyncWorld
{
    public const string List = "models.dev";

    public static DateTimeOffset Now { get; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static CatalogData Data { get; } = new()
    {
        Providers =
        [
            new ProviderRecord { Slug = "maker", Name = "Maker", Category = "first-party", BaseUrl = "https://maker.example/v1", Env = ["MAKER_KEY"] },
            new ProviderRecord { Slug = "host", Name = "Host", BaseUrl = "https://host.example/v1", Env = ["HOST_KEY"] },
            new ProviderRecord { Slug = "gate", Name = "Gate", Category = "gateway", BaseUrl = "https://gate.example/v1", Env = ["GATE_KEY"] },
        ],
        Models =
        [
            Model("maker/one"), Model("maker/two"), Model("maker/three-1.5", "maker-labs/Three-1.5"),
        ],
        Endpoints =
        [
            Endpoint("maker/one", "host", "m/one", "0.000001", "0.000002"),
            Endpoint("maker/one", "maker", "one", "0.000001", "0.000002"),
            Endpoint("maker/three-1.5", "maker", "three-1.5", "0.000001", "0.000002"),
            Endpoint("maker/two", "maker", "two", "0.000001", "0.000002"),
        ],
    };

    public static IReadOnlyList<ProviderListing> Providers(params (string Name, string Value)[] keys) =>
        CatalogBuilder.Build(Data, null, new FixedCredentials(keys), 1).Providers;

    public static CatalogSnapshot Build(SyncedCatalog synced, string yaml = "") => CatalogBuilder.Build(
        Data.With(synced),
        OperatorFile.Parse(yaml, "patchbay.yaml", new FixedCredentials(), new HashSet<string>()).File,
        new FixedCredentials(("MAKER_KEY", "k"), ("HOST_KEY", "k")),
        1);

    public static SyncAnswer Answer(string json) =>
        new(List, ListReading.ModelsDev(List, Encoding.UTF8.GetBytes(json)), "\"1\"", null);

    public static SyncAnswer OwnList(string provider, string json)
    {
        var name = ListReading.NameOf(provider);
        return new SyncAnswer(name, ListReading.Provider(name, provider, Encoding.UTF8.GetBytes(json)), null, null);
    }

    public static SyncPlan Plan(SyncedCatalog current, params SyncAnswer[] answers) =>
        SyncPlan.Make(Data, current, answers, Providers(), Now);

    /// <summary>models.dev's list of the maker, with prices per million tokens.</summary>
    public static string Maker(params (string Id, string Cost)[] models) => "{\"maker\":{\"id\":\"maker\",\"models\":{"
        + string.Join(',', models.Select(model => $"\"{model.Id}\":{{\"id\":\"{model.Id}\",\"name\":\"Name of {model.Id}\""
            + (model.Cost.Length > 0 ? $",\"cost\":{{{model.Cost}}}" : "")
            + ",\"limit\":{\"context\":128000,\"output\":8192},\"modalities\":{\"input\":[\"text\",\"pdf\"],\"output\":[\"text\"]},\"tool_call\":true}"))
        + "}}}";

    private static ModelRecord Model(string slug, string? weights = null) => new()
    {
        Slug = slug,
        Name = slug,
        Context = 128_000,
        Input = Modalities.Text,
        Output = Modalities.Text,
        HuggingFace = weights,
    };

    private static EndpointRecord Endpoint(string model, string provider, string id, string prompt, string completion) => new()
    {
        Model = model,
        Provider = provider,
        Id = id,
        MaxOutput = 8192,
        Prices = new EndpointPrices(
            new PriceList { Prompt = UnitPrice.Parse(prompt), Completion = UnitPrice.Parse(completion) }, true, []),
    };
}
