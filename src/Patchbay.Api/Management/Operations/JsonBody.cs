using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The members of a request's JSON object, read by name. The first fault is kept: read all members, then ask
/// <see cref="FindFault"/> before anything is done with them.</summary>
internal sealed partial class JsonBody
{
    private const int LargestBytes = 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    private static readonly GatewayError TooLarge = new(
        GatewayErrorKind.PayloadTooLarge, "The body is larger than 65536 bytes.");

    private readonly Dictionary<string, JsonElement> _unread = [];
    private readonly List<JsonBody> _sections = [];
    private readonly JsonBody? _above;
    private readonly string _path = "";
    private GatewayError? _fault;

    private JsonBody()
    {
    }

    private JsonBody(JsonBody above, string name, JsonElement members)
    {
        _above = above;
        _path = name + ".";
        foreach (var member in members.EnumerateObject())
        {
            _unread.Add(member.Name, member.Value);
        }
    }

    /// <summary>Reads the whole body, at most 64 KiB of it.</summary>
    public static async ValueTask<JsonBody> ReadAsync(HttpRequest request)
    {
        var body = new JsonBody();
        var bytes = ArrayPool<byte>.Shared.Rent(LargestBytes + 1);
        try
        {
            var length = request.ContentLength > LargestBytes
                ? LargestBytes + 1
                : await request.Body.ReadAtLeastAsync(
                    bytes.AsMemory(0, LargestBytes + 1), LargestBytes + 1, false, request.HttpContext.RequestAborted);
            if (length > LargestBytes)
            {
                body._fault = TooLarge;
            }
            else
            {
                body.Parse(bytes.AsMemory(0, length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        return body;
    }

    /// <summary>What is wrong with the body; null when every member was known and good.</summary>
    public GatewayError? FindFault()
    {
        foreach (var name in _unread.Keys)
        {
            Refuse(name, "is not a member of this request.");
        }

        foreach (var section in _sections)
        {
            section.FindFault();
        }

        return _fault;
    }

    /// <summary>Notes a fault that only the operation can see; an earlier one stays.</summary>
    public void Refuse(string name, string reason)
    {
        if (_above is not null)
        {
            _above.Refuse(_path + name, reason);
            return;
        }

        _fault ??= new GatewayError(GatewayErrorKind.InvalidRequest, $"'{Shorten(name)}' {reason}")
        {
            Parameter = Shorten(name),
        };
    }

    /// <summary>An object, whose members are read in the same way and checked with this one's; or null.</summary>
    public Optional<JsonBody?> Section(string name)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        return element.ValueKind switch
        {
            JsonValueKind.Null => new Optional<JsonBody?>(true, null),
            JsonValueKind.Object when TryOpen(name, element) is { } section => new Optional<JsonBody?>(true, section),
            _ => Refused<JsonBody?>(name, "must be an object or null."),
        };
    }

    /// <summary>A list of at most so many objects.</summary>
    public Optional<IReadOnlyList<JsonBody>> Sections(string name, int most)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        var sections = new List<JsonBody>();
        foreach (var item in element.ValueKind == JsonValueKind.Array && element.GetArrayLength() <= most ? element.EnumerateArray() : default)
        {
            if (item.ValueKind == JsonValueKind.Object && TryOpen($"{name}[{sections.Count}]", item) is { } section)
            {
                sections.Add(section);
            }
        }

        return element.ValueKind == JsonValueKind.Array && sections.Count == element.GetArrayLength()
            ? new Optional<IReadOnlyList<JsonBody>>(true, sections)
            : Refused<IReadOnlyList<JsonBody>>(name, $"must be a list of at most {most} objects.");
    }

    /// <summary>A list of one to so many texts, each not blank and at most so long.</summary>
    public Optional<IReadOnlyList<string>> Texts(string name, int most, int longest)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        var texts = new List<string>();
        foreach (var item in element.ValueKind == JsonValueKind.Array && element.GetArrayLength() <= most ? element.EnumerateArray() : default)
        {
            if (TryGetText(item, out var text) && !string.IsNullOrWhiteSpace(text) && text.Length <= longest)
            {
                texts.Add(text);
            }
        }

        return texts.Count > 0 && texts.Count == element.GetArrayLength()
            ? new Optional<IReadOnlyList<string>>(true, texts)
            : Refused<IReadOnlyList<string>>(name, $"must be a list of 1 to {most} texts of at most {longest} characters.");
    }

    /// <summary>A price in dollars per unit, as a text or a number; or null.</summary>
    public Optional<UnitPrice?> Price(string name, UnitPrice most, string unit)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            return new Optional<UnitPrice?>(true, null);
        }

        var text = element.ValueKind == JsonValueKind.Number ? element.GetRawText() : TryGetText(element, out var some) ? some : "";
        return UnitPrice.TryParse(text, out var price) && price.Femtos <= most.Femtos
            ? new Optional<UnitPrice?>(true, price)
            : Refused<UnitPrice?>(name, $"must be a price in dollars per {unit} from 0 to {most} with at most fifteen decimals, or null.");
    }

    /// <summary>A text of 1 to this many characters, not blank and without control characters.</summary>
    public Optional<string> Text(string name, int longest)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        return TryGetText(element, out var text) && !string.IsNullOrWhiteSpace(text) && text.Length <= longest
            && !text.Any(char.IsControl)
                ? new Optional<string>(true, text)
                : Refused<string>(name, $"must be a text of 1 to {longest} characters, without control characters.");
    }

    /// <summary>The same, or null.</summary>
    public Optional<string?> TextOrNull(string name, int longest)
    {
        if (_unread.TryGetValue(name, out var element) && element.ValueKind == JsonValueKind.Null)
        {
            _unread.Remove(name);
            return new Optional<string?>(true, null);
        }

        var text = Text(name, longest);
        return new Optional<string?>(text.IsPresent, text.Value);
    }

    /// <summary>A secret text of 1 to this many characters, of any kind. What is wrong with it is said without it.</summary>
    public Optional<string> Secret(string name, int longest)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        return TryGetText(element, out var text) && !string.IsNullOrWhiteSpace(text) && text.Length <= longest
            ? new Optional<string>(true, text)
            : Refused<string>(name, $"must be a text of 1 to {longest} characters.");
    }

    /// <summary>A list of texts, each not blank, at most so long and of the wanted form; or null.</summary>
    public Optional<IReadOnlyList<string>?> TextsOrNull(string name, int least, int most, int longest, Func<string, bool>? fits)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            return new Optional<IReadOnlyList<string>?>(true, null);
        }

        var texts = new List<string>();
        foreach (var item in element.ValueKind == JsonValueKind.Array && element.GetArrayLength() <= most ? element.EnumerateArray() : default)
        {
            if (!TryGetText(item, out var text) || string.IsNullOrWhiteSpace(text) || text.Length > longest || fits?.Invoke(text) == false)
            {
                return Refused<IReadOnlyList<string>?>($"{name}[{texts.Count}]", $"has not the form of an entry of {name}.");
            }

            texts.Add(text);
        }

        return element.ValueKind == JsonValueKind.Array && element.GetArrayLength() is var count && count >= least && count <= most
            ? new Optional<IReadOnlyList<string>?>(true, texts)
            : Refused<IReadOnlyList<string>?>(name, $"must be a list of {least} to {most} texts, or null.");
    }

    /// <summary>True, false or null.</summary>
    public Optional<bool?> FlagOrNull(string name)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        return element.ValueKind switch
        {
            JsonValueKind.Null => new Optional<bool?>(true, null),
            JsonValueKind.True => new Optional<bool?>(true, true),
            JsonValueKind.False => new Optional<bool?>(true, false),
            _ => Refused<bool?>(name, "must be true, false or null."),
        };
    }

    /// <summary>True or false.</summary>
    public Optional<bool> Flag(string name)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        return element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? new Optional<bool>(true, element.ValueKind == JsonValueKind.True)
            : Refused<bool>(name, "must be true or false.");
    }

    /// <summary>An amount of dollars from zero on, or null.</summary>
    public Optional<Money?> Dollars(string name)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            return new Optional<Money?>(true, null);
        }

        return element.ValueKind == JsonValueKind.Number && ExactDollars.TryParse(element.GetRawText(), out var money)
            && money >= Money.Zero
                ? new Optional<Money?>(true, money)
                : Refused<Money?>(
                    name, "must be a number of dollars from 0 to 9000000000 with at most nine decimals, or null.");
    }

    /// <summary><c>daily</c>, <c>weekly</c>, <c>monthly</c>, or null for never.</summary>
    public Optional<ResetInterval> Interval(string name)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            return new Optional<ResetInterval>(true, ResetInterval.Never);
        }

        return TryGetText(element, out var text) && text.Length > 0 && ResetWindow.TryParse(text, out var interval)
            ? new Optional<ResetInterval>(true, interval)
            : Refused<ResetInterval>(name, "must be 'daily', 'weekly', 'monthly' or null.");
    }

    /// <summary>A time after <paramref name="now"/>, in whole milliseconds, or null.</summary>
    public Optional<DateTimeOffset?> TimeAfter(string name, DateTimeOffset now)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            return new Optional<DateTimeOffset?>(true, null);
        }

        if (!TryGetText(element, out var text) || !DateTimeOffset.TryParseExact(
            text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return Refused<DateTimeOffset?>(
                name, "must be a time with seconds and zone, such as 2030-01-31T12:00:00Z, or null.");
        }

        time = DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
        return time > now
            ? new Optional<DateTimeOffset?>(true, time)
            : Refused<DateTimeOffset?>(name, "must be in the future.");
    }

    /// <summary>An id (a UUID), or null.</summary>
    public Optional<Guid?> Id(string name)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            return new Optional<Guid?>(true, null);
        }

        return TryGetText(element, out var text) && Guid.TryParseExact(text, "D", out var id)
            ? new Optional<Guid?>(true, id)
            : Refused<Guid?>(name, "must be a UUID.");
    }

    private static bool TryGetText(JsonElement element, out string text)
    {
        text = string.Empty;
        if (element.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            text = element.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // An escape for half a surrogate pair: no text.
            return false;
        }
    }

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";

    private void Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (Utf8.IsValid(bytes.Span))
            {
                using var document = JsonDocument.Parse(bytes, Strict);
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                {
                    foreach (var member in document.RootElement.EnumerateObject())
                    {
                        _unread.Add(member.Name, member.Value.Clone());
                    }

                    return;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Told to the caller below, without the parser's words.
        }

        _unread.Clear();
        _fault = new GatewayError(
            GatewayErrorKind.InvalidRequest, "The body must be one JSON object, well-formed and in UTF-8.");
    }

    /// <summary>Null when a name in it is no text.</summary>
    private JsonBody? TryOpen(string name, JsonElement members)
    {
        try
        {
            var section = new JsonBody(this, name, members);
            _sections.Add(section);
            return section;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private bool TryTake(string name, out JsonElement element) => _unread.Remove(name, out element);

    private Optional<T> Refused<T>(string name, string reason)
    {
        Refuse(name, reason);
        return default;
    }
}
