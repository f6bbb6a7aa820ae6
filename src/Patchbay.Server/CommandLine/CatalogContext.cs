using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>What a command about the catalogue works with.</summary>
internal sealed record CatalogContext
{
    /// <summary>What was synced.</summary>
    public required CatalogStore Store { get; init; }

    /// <summary>Makes catalogues; has what was synced.</summary>
    public required CatalogSource Source { get; init; }

    /// <summary>The catalogue as the server would have it.</summary>
    public required CatalogSnapshot Catalog { get; init; }

    /// <summary>The settings of the catalogue.</summary>
    public required CatalogSettings Settings { get; init; }

    /// <summary>The operator's file.</summary>
    public required OperatorFile File { get; init; }

    /// <summary>Where it is.</summary>
    public required string FilePath { get; init; }

    /// <summary>Whether it is there.</summary>
    public required bool FileExists { get; init; }

    /// <summary>Reads what is stored.</summary>
    /// <exception cref="InvalidDataException">The stored facts are broken.</exception>
    public static CatalogContext Open(Configuration configuration)
    {
        var store = new CatalogStore(Path.GetFullPath(configuration.Settings.Server.Data));
        var source = new CatalogSource(CatalogData.LoadBuiltIn(), EnvironmentCredentials.Instance) { Synced = store.Load() };
        return new CatalogContext
        {
            Store = store,
            Source = source,
            Catalog = source.Build(configuration.File),
            Settings = configuration.Settings.Catalog,
            File = configuration.File,
            FilePath = configuration.FilePath,
            FileExists = configuration.FileExists,
        };
    }
}
