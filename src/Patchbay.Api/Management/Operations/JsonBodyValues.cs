using System.Globalization;
using System.Text.Json;

namespace Patchbay.Api;

/// <summary>Members whose absence means something of its own; null counts as absent.</summary>
internal sealed partial class JsonBody
{
    /// <summary>A name in a message, at most 64 characters of it.</summary>
    public static string Shown(string name) => Shorten(name);

    /// <summary>A text of at most this many characters, which may be empty, without control characters and outer spaces.</summary>
    public Optional<string> Line(string name, int longest)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        return TryGetText(element, out var text) && text.Length <= longest && !text.Any(char.IsControl)
            ? new Optional<string>(true, text.Trim())
            : Refused<string>(name, $"must be a text of at most {longest} characters, without control characters.");
    }

    /// <summary>A text, such as one of several words; null when absent.</summary>
    public string? Name(string name)
    {
        if (!TryTake(name, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (TryGetText(element, out var text))
        {
            return text;
        }

        Refuse(name, "must be a text.");
        return null;
    }

    /// <summary>A list of texts; empty when absent.</summary>
    public List<string> Names(string name, int least, int most)
    {
        var names = new List<string>();
        var isThere = TryTake(name, out var element) && element.ValueKind != JsonValueKind.Null;
        if (!isThere && least == 0)
        {
            return names;
        }

        var count = isThere && element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : -1;
        foreach (var item in count >= least && count <= most ? element.EnumerateArray() : default)
        {
            if (TryGetText(item, out var text))
            {
                names.Add(text);
            }
        }

        if (names.Count != count || count < least)
        {
            Refuse(name, $"must be a list of {least} to {most} texts.");
            names.Clear();
        }

        return names;
    }

    /// <summary>How many elements a list has, whatever they are; 0 for null.</summary>
    public Optional<int> ListOrNull(string name)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        return element.ValueKind switch
        {
            JsonValueKind.Null => new Optional<int>(true, 0),
            JsonValueKind.Array => new Optional<int>(true, element.GetArrayLength()),
            _ => Refused<int>(name, "must be a list, or null."),
        };
    }

    /// <summary>A whole number; null when absent.</summary>
    public int? Whole(string name, int least, int most) => (int?)Count(name, least, most).Or(null);

    /// <summary>A whole number of tokens from one on, or null.</summary>
    public Optional<int?> Tokens(string name)
    {
        var count = Count(name, 1, 1_000_000_000);
        return new Optional<int?>(count.IsPresent, (int?)count.Value);
    }

    /// <summary>A whole number within bounds, or null.</summary>
    public Optional<long?> Count(string name, long least, long most)
    {
        if (!TryTake(name, out var element))
        {
            return default;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            return new Optional<long?>(true, null);
        }

        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number >= least && number <= most
            ? new Optional<long?>(true, number)
            : Refused<long?>(name, $"must be a whole number from {least} to {most}, or null.");
    }

    /// <summary>A list of whole numbers within bounds; null when absent.</summary>
    public List<int>? Wholes(string name, int most, int least, int largest)
    {
        if (!TryTake(name, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var numbers = new List<int>();
        foreach (var item in element.ValueKind == JsonValueKind.Array && element.GetArrayLength() <= most ? element.EnumerateArray() : default)
        {
            if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) && number >= least && number <= largest)
            {
                numbers.Add(number);
            }
        }

        if (element.ValueKind != JsonValueKind.Array || numbers.Count != element.GetArrayLength())
        {
            Refuse(name, $"must be a list of at most {most} whole numbers from {least} to {largest}.");
        }

        return numbers;
    }

    /// <summary>A moment that must be there; null when it is not, which is noted.</summary>
    public DateTimeOffset? Moment(string name)
    {
        if (TryTake(name, out var element) && TryGetText(element, out var text) && DateTimeOffset.TryParseExact(
            text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time.ToUniversalTime();
        }

        Refuse(name, "must be a time with seconds and zone, such as 2030-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>One text or number that must be there, or a list of at least one, each as a text; null when it is not, which is
    /// noted.</summary>
    public List<string>? Values(string name, bool isList, int most, int longest)
    {
        var values = new List<string>();
        var isThere = TryTake(name, out var element);
        if (isThere && isList && element.ValueKind == JsonValueKind.Array && element.GetArrayLength() is > 0 and var count && count <= most)
        {
            foreach (var item in element.EnumerateArray())
            {
                AddValue(values, item, longest);
            }

            if (values.Count == count)
            {
                return values;
            }
        }
        else if (isThere && !isList)
        {
            AddValue(values, element, longest);
            if (values.Count == 1)
            {
                return values;
            }
        }

        Refuse(name, isList
            ? $"must be a list of 1 to {most} texts or numbers, each of at most {longest} characters, without control characters."
            : $"must be a text or a number of at most {longest} characters, without control characters.");
        return null;
    }

    private static void AddValue(List<string> values, JsonElement element, int longest)
    {
        var text = element.ValueKind switch
        {
            JsonValueKind.String => TryGetText(element, out var some) ? some : null,
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        if (text is not null && text.Length <= longest && !text.Any(char.IsControl))
        {
            values.Add(text);
        }
    }
}
