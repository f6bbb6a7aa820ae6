namespace Patchbay.Catalog;

/// <summary>Where keys and other settings of the process come from; in production the environment.</summary>
public interface ICredentialSource
{
    /// <summary>The value under this name, or null when it is not set or empty.</summary>
    string? Find(string name);
}

/// <summary>The environment variables of this process, read anew at each call.</summary>
public sealed class EnvironmentCredentials : ICredentialSource
{
    /// <summary>The one instance.</summary>
    public static EnvironmentCredentials Instance { get; } = new();

    private EnvironmentCredentials()
    {
    }

    /// <inheritdoc/>
    public string? Find(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
