using System.Globalization;
using System.Text.Json;

namespace Patchbay.Catalog;

/// <summary>What was learnt from public lists of models and from providers: facts that stand over the built-in ones, each
/// with its source and day, and price changes that wait for somebody to confirm them. Immutable.</summary>
public sealed class SyncedCatalog
{
    private const int Version = 1;

    /// <summary>Nothing was learnt.</summary>
    public static SyncedCatalog Empty { get; } = new();

    /// <summary>When it was last written; null for never.</summary>
    public DateTimeOffset? WrittenAt { get; init; }

    /// <summary>The built-in facts that it stands over, as a number that tells them from others.</summary>
    public string BuiltIn { get; init; } = "";

    /// <summary>The lists that were asked, by name.</summary>
    public IReadOnlyList<SyncSourceState> Sources { get; init; } = [];

    /// <summary>The facts in force, by subject and name; <see cref="CatalogChange.Old"/> is null in each.</summary>
    public IReadOnlyList<CatalogChange> Facts { get; init; } = [];

    /// <summary>What waits for confirmation; the old prices are in force until then.</summary>
    public IReadOnlyList<CatalogChange> Waiting { get; init; } = [];

    /// <summary>What was said of changes that waited; the last word on each fact.</summary>
    public IReadOnlyList<PriceDecision> Decisions { get; init; } = [];

    /// <summary>What each source listed when it was last good, as <c>provider id</c>; what it listed and no longer lists is
    /// gone.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Listed { get; init; } =
        new Dictionary<string, IReadOnlySet<string>>();

    /// <summary>How the list of this name was last found; null when it was never asked.</summary>
    public SyncSourceState? Find(string source) => Sources.FirstOrDefault(state => state.Name == source);

    /// <summary>The waiting changes that these words name: slugs of models or providers, or ids of endpoints.</summary>
    public IReadOnlyList<CatalogChange> WaitingFor(IReadOnlyCollection<string> words) =>
        [.. Waiting.Where(change => words.Contains(change.Model) || words.Contains(change.Subject)
            || (change.Provider is { } provider && words.Contains(provider)))];

    /// <summary>The same with these waiting changes in force.</summary>
    public SyncedCatalog Accept(IReadOnlyCollection<CatalogChange> changes, string by, DateTimeOffset now)
    {
        var facts = Facts.ToDictionary(fact => (fact.Subject, fact.Fact));
        foreach (var change in changes)
        {
            facts[(change.Subject, change.Fact)] = change with { Kind = ChangeKind.Added, Old = null };
        }

        return Decide(facts.Values, changes, accepted: true, by, now);
    }

    /// <summary>The same without these waiting changes: they do not wait again until a list says another price.</summary>
    public SyncedCatalog Reject(IReadOnlyCollection<CatalogChange> changes, string by, DateTimeOffset now) =>
        Decide(Facts, changes, accepted: false, by, now);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not of this form, or of a newer one.</exception>
    public static SyncedCatalog Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var version = root.GetProperty("version").GetInt32();
            if (version != Version)
            {
                throw new InvalidDataException($"The synced catalogue has the version {version}; this release reads {Version}.");
            }

            return new SyncedCatalog
            {
                WrittenAt = root.GetProperty("written_at").GetDateTimeOffset(),
                BuiltIn = root.GetProperty("built_in").GetString()!,
                Sources = [.. root.GetProperty("sources").EnumerateArray().Select(ReadSource)],
                Facts = [.. root.GetProperty("facts").EnumerateArray().Select(ReadChange)],
                Waiting = [.. root.GetProperty("waiting").EnumerateArray().Select(ReadChange)],
                Decisions = root.TryGetProperty("decisions", out var decisions)
                    ? [.. decisions.EnumerateArray().Select(ReadDecision)] : [],
                Listed = root.GetProperty("listed").EnumerateObject().ToDictionary(
                    source => source.Name,
                    source => (IReadOnlySet<string>)source.Value.EnumerateArray()
                        .Select(item => item.GetString()!).ToHashSet(StringComparer.Ordinal),
                    StringComparer.Ordinal),
            };
        }
        catch (Exception exception) when (exception
            is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException("The synced catalogue cannot be read: " + exception.Message, exception);
        }
    }

    /// <summary>The whole as JSON, one fact a line.</summary>
    public byte[] Write()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, IndentSize = 1 }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("written_at", WrittenAt ?? DateTimeOffset.UnixEpoch);
            json.WriteString("built_in", BuiltIn);
            json.WriteStartArray("sources");
            foreach (var source in Sources)
            {
                WriteSource(json, source);
            }

            json.WriteEndArray();
            WriteChanges(json, "facts", Facts);
            WriteChanges(json, "waiting", Waiting);
            WriteDecisions(json, Decisions);
            json.WriteStartObject("listed");
            foreach (var (source, items) in Listed.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteStartArray(source);
                foreach (var item in items.Order(StringComparer.Ordinal))
                {
                    json.WriteStringValue(item);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        return output.ToArray();
    }

    private SyncedCatalog Decide(
        IEnumerable<CatalogChange> facts, IReadOnlyCollection<CatalogChange> changes, bool accepted, string by, DateTimeOffset now)
    {
        var decisions = Decisions.ToDictionary(decision => (decision.Change.Subject, decision.Change.Fact));
        foreach (var change in changes)
        {
            decisions[(change.Subject, change.Fact)] = new PriceDecision(change, accepted, by, now);
        }

        return With(facts, [.. Waiting.Except(changes)], now, [.. decisions.Values.OrderBy(decision => decision.At)]);
    }

    internal SyncedCatalog With(
        IEnumerable<CatalogChange> facts,
        IReadOnlyList<CatalogChange> waiting,
        DateTimeOffset now,
        IReadOnlyList<PriceDecision>? decisions = null) => new()
        {
            WrittenAt = now,
            BuiltIn = BuiltIn,
            Sources = Sources,
            Listed = Listed,
            Decisions = decisions ?? Decisions,
            Facts = [.. facts.OrderBy(fact => fact.Subject, StringComparer.Ordinal).ThenBy(fact => fact.Fact, StringComparer.Ordinal)],
            Waiting = waiting,
        };

    private static SyncSourceState ReadSource(JsonElement source) => new()
    {
        Name = source.GetProperty("name").GetString()!,
        AskedAt = source.GetProperty("asked_at").GetDateTimeOffset(),
        GoodAt = source.TryGetProperty("good_at", out var good) ? good.GetDateTimeOffset() : null,
        Problem = Text(source, "problem"),
        ETag = Text(source, "etag"),
        Entries = source.GetProperty("entries").GetInt32(),
        Unplaced = source.GetProperty("unplaced").GetInt32(),
    };

    private static void WriteSource(Utf8JsonWriter json, SyncSourceState source)
    {
        json.WriteStartObject();
        json.WriteString("name", source.Name);
        json.WriteString("asked_at", source.AskedAt);
        if (source.GoodAt is { } good)
        {
            json.WriteString("good_at", good);
        }

        WriteText(json, "problem", source.Problem);
        WriteText(json, "etag", source.ETag);
        json.WriteNumber("entries", source.Entries);
        json.WriteNumber("unplaced", source.Unplaced);
        json.WriteEndObject();
    }

    private static PriceDecision ReadDecision(JsonElement decision) => new(
        ReadChange(decision),
        decision.GetProperty("accepted").GetBoolean(),
        decision.GetProperty("by").GetString()!,
        decision.GetProperty("at").GetDateTimeOffset());

    private static CatalogChange ReadChange(JsonElement change)
    {
        var old = Text(change, "old");
        var now = Text(change, "new");
        return new CatalogChange(
            old is null ? ChangeKind.Added : now is null ? ChangeKind.Removed : ChangeKind.Changed,
            change.GetProperty("subject").GetString()!,
            change.GetProperty("fact").GetString()!,
            old,
            now,
            change.GetProperty("source").GetString()!,
            DateOnly.ParseExact(change.GetProperty("date").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private static void WriteChanges(Utf8JsonWriter json, string name, IReadOnlyList<CatalogChange> changes)
    {
        json.WriteStartArray(name);
        foreach (var change in changes)
        {
            json.WriteStartObject();
            WriteChange(json, change);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDecisions(Utf8JsonWriter json, IReadOnlyList<PriceDecision> decisions)
    {
        json.WriteStartArray("decisions");
        foreach (var decision in decisions)
        {
            json.WriteStartObject();
            WriteChange(json, decision.Change);
            json.WriteBoolean("accepted", decision.Accepted);
            json.WriteString("by", decision.By);
            json.WriteString("at", decision.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteChange(Utf8JsonWriter json, CatalogChange change)
    {
        json.WriteString("subject", change.Subject);
        json.WriteString("fact", change.Fact);
        WriteText(json, "old", change.Old);
        WriteText(json, "new", change.New);
        json.WriteString("source", change.Source);
        json.WriteString("date", (change.Date ?? default).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
