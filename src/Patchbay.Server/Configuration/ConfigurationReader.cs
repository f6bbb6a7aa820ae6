using System.Text;
using Patchbay.Api;
using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Reads command line, environment and file into settings, and collects every problem instead of stopping at the
/// first.</summary>
internal sealed class ConfigurationReader(
    CommandLineValues commandLine, IReadOnlyDictionary<string, string> environment, string directory)
{
    /// <summary>The file that is read when none is named.</summary>
    public const string DefaultFile = "patchbay.yaml";

    private const string MasterKeyVariable = "PATCHBAY_MASTER_KEY";
    private const string DatabaseVariable = "PATCHBAY_DATABASE";
    private const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const int LargestFile = 8 * 1024 * 1024;

    /// <summary>A reader for this process.</summary>
    public static ConfigurationReader ForProcess(CommandLineValues commandLine)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return new ConfigurationReader(commandLine, variables, Environment.CurrentDirectory);
    }

    /// <summary>The file, whether it exists or not.</summary>
    public string FilePath { get; } = Path.GetFullPath(commandLine.Config ?? DefaultFile, directory);

    /// <summary>Reads everything now.</summary>
    public ConfigurationResult Read()
    {
        var problems = new List<ConfigurationProblem>();
        var file = ReadFile(problems, out var exists);
        var settings = new PatchbaySettings
        {
            Demo = commandLine.Demo,
            Database = Find(DatabaseVariable),
            MasterKey = Find(MasterKeyVariable),
            EncryptionKey = Find(EncryptionKeys.Variable),
        };
        foreach (var (key, option) in Joined(file?.Options ?? new Dictionary<string, OptionValue>()))
        {
            settings = Apply(settings, key, option.Value, problems, FileName, option.Line, key.Replace(':', '.'));
        }

        if (settings.Telemetry.OtlpEndpoint is null && Find(OtlpVariable) is { } otlp)
        {
            settings = Apply(settings, "telemetry:otlp_endpoint", otlp, problems, "environment", 0, OtlpVariable);
        }

        settings = ApplyEnvironment(settings, problems);
        foreach (var (option, key, value) in commandLine.Settings())
        {
            settings = Apply(settings, key, value, problems, "command line", 0, option);
        }

        Check(settings, problems);
        var usable = file is not null && problems.TrueForAll(problem => problem.IsWarning);
        return new ConfigurationResult(usable ? new Configuration(settings, file!, FilePath, exists) : null, problems);
    }

    /// <summary>Whether a text could stand in place of the file.</summary>
    public bool Accepts(string text) =>
        OperatorFile.Parse(text, FileName, new Variables(environment), SettingList.Keys).File is not null;

    // A list in the file is one setting; its entries stand one after the other.
    private static Dictionary<string, OptionValue> Joined(IReadOnlyDictionary<string, OptionValue> options)
    {
        var joined = new Dictionary<string, OptionValue>(StringComparer.Ordinal);
        foreach (var (name, option) in options)
        {
            var key = name;
            if (!SettingList.Keys.Contains(key))
            {
                key = key[..key.LastIndexOf(':')];
            }

            joined[key] = joined.TryGetValue(key, out var before)
                ? before with { Value = before.Value + SettingList.Separator(key) + option.Value }
                : option;
        }

        return joined;
    }

    private string FileName => Path.GetRelativePath(directory, FilePath) is var relative
        && relative.StartsWith("..", StringComparison.Ordinal) ? FilePath : Path.GetRelativePath(directory, FilePath);

    private string? Find(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    private OperatorFile? ReadFile(List<ConfigurationProblem> problems, out bool exists)
    {
        exists = File.Exists(FilePath);
        if (!exists)
        {
            if (commandLine.Config is null)
            {
                return new OperatorFile();
            }

            problems.Add(new ConfigurationProblem(FileName, 0, 0, "--config", "there is no such file."));
            return null;
        }

        try
        {
            if (new FileInfo(FilePath).Length > LargestFile)
            {
                problems.Add(new ConfigurationProblem(FileName, 0, 0, "", "is larger than 8 MiB."));
                return null;
            }

            var text = File.ReadAllText(FilePath, Encoding.UTF8);
            var result = OperatorFile.Parse(text, FileName, new Variables(environment), SettingList.Keys);
            problems.AddRange(result.Problems);
            return result.File;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigurationProblem(FileName, 0, 0, "", "cannot be read: " + exception.Message));
            return null;
        }
    }

    private PatchbaySettings ApplyEnvironment(PatchbaySettings settings, List<ConfigurationProblem> problems)
    {
        var known = SettingList.All.ToDictionary(setting => setting.Variable, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(SettingList.VariablePrefix, StringComparison.OrdinalIgnoreCase))
            {
                if (known.TryGetValue(name, out var setting))
                {
                    settings = Apply(settings, setting.Key, value, problems, "environment", 0, name);
                }
                else
                {
                    var guess = Spelling.Nearest(name, known.Keys) is { } near ? $"; did you mean {near}?" : ".";
                    problems.Add(new ConfigurationProblem("environment", 0, 0, name, "is not a known setting" + guess));
                }
            }
        }

        return settings;
    }

    private static PatchbaySettings Apply(PatchbaySettings settings, string key, string value,
        List<ConfigurationProblem> problems, string source, int line, string shown)
    {
        var setting = SettingList.All.First(candidate => candidate.Key == key);
        if (setting.Apply(settings, value) is { } changed)
        {
            return changed;
        }

        problems.Add(new ConfigurationProblem(source, line, 1, shown, $"'{value}' is not valid; it takes {setting.Form}."));
        return settings;
    }

    private static void Check(PatchbaySettings settings, List<ConfigurationProblem> problems)
    {
        if (settings.MasterKey is { Length: < 16 or > MasterKey.LongestLength })
        {
            problems.Add(new ConfigurationProblem("environment", 0, 0, MasterKeyVariable,
                "needs 16 to 256 characters. Make one with: openssl rand -hex 32"));
        }

        foreach (var (setting, problem) in PaymentSettingList.Check(settings))
        {
            problems.Add(new ConfigurationProblem(setting, 0, 0, "", problem));
        }

        if (settings.MasterKey is null && !ListenAddress.AreLoopback(settings.Server.Urls))
        {
            problems.Add(new ConfigurationProblem("server.urls", 0, 0, "",
                $"{settings.Server.Urls} can be reached from other machines, which needs a secret that you chose. " +
                "Set PATCHBAY_MASTER_KEY (for example to the output of: openssl rand -hex 32), " +
                "or listen on http://127.0.0.1:8080."));
        }
    }

    /// <summary>The environment as the file's <c>${NAME}</c> sees it.</summary>
    private sealed class Variables(IReadOnlyDictionary<string, string> environment) : ICredentialSource
    {
        public string? Find(string name) =>
            environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
    }
}
