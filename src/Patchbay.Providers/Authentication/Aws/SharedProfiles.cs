using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>The profiles of AWS's shared files (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html). Where both
/// files set the same thing of a profile, the credentials file wins.</summary>
internal sealed class SharedProfiles
{
    private readonly Dictionary<string, Dictionary<string, string>> _profiles = new(StringComparer.Ordinal);

    /// <summary>The files that the variables name, or those in the folder <c>.aws</c> of the home folder. A file that is not
    /// there is an empty one.</summary>
    public static async Task<SharedProfiles> ReadAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        var profiles = new SharedProfiles();
        var folder = context.HomeFolder is { } home ? Path.Combine(home, ".aws") : null;
        var config = context.Variable("AWS_CONFIG_FILE") ?? (folder is null ? null : Path.Combine(folder, "config"));
        var credentials = context.Variable("AWS_SHARED_CREDENTIALS_FILE")
            ?? (folder is null ? null : Path.Combine(folder, "credentials"));
        if (config is not null && File.Exists(config))
        {
            profiles.Add(await File.ReadAllTextAsync(config, cancellationToken), config, isConfig: true);
        }

        if (credentials is not null && File.Exists(credentials))
        {
            profiles.Add(await File.ReadAllTextAsync(credentials, cancellationToken), credentials, isConfig: false);
        }

        return profiles;
    }

    /// <summary>Whether a file has this profile.</summary>
    public bool Has(string profile) => _profiles.ContainsKey(profile);

    /// <summary>A setting of a profile; null when it is not there or empty. Names are in lower case.</summary>
    public string? Find(string profile, string setting) =>
        _profiles.TryGetValue(profile, out var settings) && settings.TryGetValue(setting, out var value) && value.Length > 0
            ? value
            : null;

    /// <summary>Adds what a file says; it wins over what was added before.</summary>
    /// <exception cref="CredentialException">A line is neither a section nor a setting.</exception>
    public void Add(string text, string path, bool isConfig)
    {
        // In the config file, [profile default] hides [default] however they are ordered.
        var plainDefault = new Dictionary<string, string>(StringComparer.Ordinal);
        var hasProfileDefault = false;
        Dictionary<string, string>? section = null;
        var number = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty || line[0] is '#' or ';')
            {
                continue;
            }

            if (raw[0] == '[')
            {
                section = Section(Header(line, path, number), isConfig, plainDefault, ref hasProfileDefault);
                continue;
            }

            // A line that begins with white space belongs to the setting above it, such as those below "s3 =".
            if (char.IsWhiteSpace(raw[0]))
            {
                continue;
            }

            var split = line.IndexOf('=');
            if (split <= 0)
            {
                throw Wrong(path, number, "has no '='");
            }

            section?[line[..split].TrimEnd().ToString().ToLowerInvariant()] = Value(line[(split + 1)..]).ToString();
        }

        if (!hasProfileDefault && plainDefault.Count > 0)
        {
            var known = Of("default");
            foreach (var (name, value) in plainDefault)
            {
                known[name] = value;
            }
        }
    }

    private Dictionary<string, string>? Section(
        string header, bool isConfig, Dictionary<string, string> plainDefault, ref bool hasProfileDefault)
    {
        if (!isConfig)
        {
            return Of(header);
        }

        if (header == "default")
        {
            return plainDefault;
        }

        if (!header.StartsWith("profile", StringComparison.Ordinal) || header.Length < 9 || !char.IsWhiteSpace(header[7]))
        {
            // Sections of other kinds, such as sso-session.
            return null;
        }

        var name = header[8..].Trim();
        hasProfileDefault |= name == "default";
        return Of(name);
    }

    private static string Header(ReadOnlySpan<char> line, string path, int number)
    {
        var end = line.IndexOf(']');
        var rest = end < 0 ? default : line[(end + 1)..].TrimStart();
        return end < 0 || (!rest.IsEmpty && rest[0] is not ('#' or ';'))
            ? throw Wrong(path, number, "is not a section")
            : line[1..end].Trim().ToString();
    }

    // A comment behind a value is set off by white space.
    private static ReadOnlySpan<char> Value(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] is '#' or ';' && char.IsWhiteSpace(text[i - 1]))
            {
                return text[..i].Trim();
            }
        }

        return text.Trim();
    }

    private Dictionary<string, string> Of(string profile)
    {
        if (!_profiles.TryGetValue(profile, out var settings))
        {
            _profiles.Add(profile, settings = new Dictionary<string, string>(StringComparer.Ordinal));
        }

        return settings;
    }

    // The line itself may hold a secret.
    private static CredentialException Wrong(string path, int line, string what) =>
        new(GatewayErrorKind.ProviderAuth, $"{path}:{line}: the line {what}.");
}
