using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Patchbay.Simulator.Scripting;

/// <summary>The ordered rules of a running simulator. Safe to change from any thread while requests are served.</summary>
public sealed partial class SimulatorScript
{
    private const int CacheLimit = 4096;

    private readonly ConcurrentDictionary<string, Behavior> _parsed = new(StringComparer.Ordinal);
    private readonly Lock _change = new();
    private readonly ulong _seed;
    private ActiveRule[] _rules = [];

    internal SimulatorScript(ulong seed)
    {
        _seed = seed;
    }

    /// <summary>The rules in force, first match first.</summary>
    public IReadOnlyList<ScriptRule> Rules => Array.ConvertAll(_rules, static rule => rule.Rule);

    /// <summary>Replaces all rules and starts their counts anew. Throws <see cref="FormatException"/> naming the field that is wrong.</summary>
    public void Replace(IEnumerable<ScriptRule> rules)
    {
        var active = new List<ActiveRule>();
        foreach (var rule in rules)
        {
            active.Add(Activate(rule, active.Count));
        }

        lock (_change)
        {
            _rules = [.. active];
        }
    }

    /// <summary>Replaces all rules with those of a JSON text: an array of rules, or an object with <c>rules</c>.</summary>
    public void ReplaceFromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            var first = json.TrimStart(" \t\r\n"u8);
            var rules = first.StartsWith("["u8)
                ? JsonSerializer.Deserialize(json, ScriptJson.Default.ScriptRuleArray)
                : JsonSerializer.Deserialize(json, ScriptJson.Default.ScriptFile)?.Rules;
            Replace(rules ?? throw new FormatException("'rules' is missing"));
        }
        catch (JsonException exception)
        {
            throw new FormatException($"script: {exception.Message}", exception);
        }
    }

    /// <summary>Adds one rule after the others.</summary>
    public void Add(ScriptRule rule)
    {
        lock (_change)
        {
            _rules = [.. _rules, Activate(rule, _rules.Length)];
        }
    }

    /// <summary>Removes all rules.</summary>
    public void Clear() => Replace([]);

    /// <summary>Starts the counts of all rules anew.</summary>
    public void ResetCounts()
    {
        foreach (var rule in _rules)
        {
            Interlocked.Exchange(ref rule.Calls, 0);
        }
    }

    /// <summary>The behaviour of one request: provider default, first matching rule, model name, header; later ones win.</summary>
    internal Behavior Resolve(
        string provider, string providerSettings, string model, string modelSettings, string headerSettings, long sequence)
    {
        var rule = FirstMatch(provider, model, sequence);
        var settings = Join(Join(Join(providerSettings, rule), modelSettings), headerSettings);
        if (settings.Length == 0)
        {
            return Behavior.Default;
        }

        if (_parsed.TryGetValue(settings, out var known))
        {
            return known;
        }

        var behavior = Behavior.Parse(settings);
        if (_parsed.Count < CacheLimit)
        {
            _parsed[settings] = behavior;
        }

        return behavior;
    }

    private string FirstMatch(string provider, string model, long sequence)
    {
        ActiveRule? match = null;
        foreach (var rule in _rules)
        {
            if (!Fits(rule.Rule.Provider, provider) || !Fits(rule.Rule.Model, model))
            {
                continue;
            }

            var call = Interlocked.Increment(ref rule.Calls);
            if (match is null && rule.Window.Contains(call) && Drawn(rule, sequence))
            {
                match = rule;
            }
        }

        return match?.Rule.Behavior ?? "";
    }

    private bool Drawn(ActiveRule rule, long sequence) =>
        rule.Rule.Probability is not { } probability
        || Dice.Fraction(_seed, (ulong)sequence, (ulong)rule.Index) < probability;

    private static bool Fits(string? pattern, string name) =>
        pattern is null || FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private static string Join(string under, string over) =>
        under.Length == 0 ? over : over.Length == 0 ? under : string.Concat(under, ";", over);

    private static ActiveRule Activate(ScriptRule rule, int index)
    {
        try
        {
            Behavior.Parse(rule.Behavior);
            if (rule.Probability is < 0 or > 1)
            {
                throw new FormatException("'probability' must be between 0 and 1");
            }

            return new ActiveRule(rule, CallWindow.Parse(rule.Calls), index);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"rules[{index}]: {exception.Message}", exception);
        }
    }

    private sealed class ActiveRule(ScriptRule rule, CallWindow window, int index)
    {
        public long Calls;

        public ScriptRule Rule => rule;

        public CallWindow Window => window;

        public int Index => index;
    }

    private sealed record ScriptFile
    {
        public required ScriptRule[] Rules { get; init; }
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true)]
    [JsonSerializable(typeof(ScriptRule[]))]
    [JsonSerializable(typeof(ScriptFile))]
    private sealed partial class ScriptJson : JsonSerializerContext;
}
