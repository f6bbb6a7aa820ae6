namespace Patchbay.Providers;

/// <summary>Addresses on Vertex AI.</summary>
internal static class VertexAddress
{
    private const string Global = "global-aiplatform.googleapis.com";

    /// <summary>The same data with the host that its location has: of all locations, the global one is not named in
    /// it.</summary>
    public static ProviderDescriptor OnItsHost(ProviderDescriptor descriptor) =>
        descriptor.BaseUrl.Host == Global
            ? descriptor with { BaseUrl = new UriBuilder(descriptor.BaseUrl) { Host = Global["global-".Length..] }.Uri }
            : descriptor;

    /// <summary>A path for ids in an address. Slashes stay; a leading "./" keeps a colon from being read as a scheme's.
    /// </summary>
    public static string Escape(string path) =>
        "./" + Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
}
