using System.Globalization;
using System.Text.Json;

namespace Patchbay.Billing;

/// <summary>Reads members of a gateway's JSON; what is not there, or is of another kind, is null.</summary>
internal static class JsonFields
{
    private const long MostCents = 100_000_000_000;

    /// <summary>A member; undefined when there is none.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A text that is not empty.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>A text, or the <c>id</c> of an object in its place.</summary>
    public static string? Id(this JsonElement element, string name) =>
        element.Text(name) ?? element.Member(name).Text("id");

    /// <summary>A number of cents from 0 to a thousand million dollars, beyond which nothing is ordered; 0 when it is none.</summary>
    public static long WholeCents(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number)
            ? Math.Clamp(number, 0, MostCents)
            : 0;

    /// <summary>Whether a member is true.</summary>
    public static bool IsTrue(this JsonElement element, string name) =>
        element.Member(name).ValueKind == JsonValueKind.True;

    /// <summary>The entries of a list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The mark that we wrote into <c>metadata</c>; null when it is not whole.</summary>
    public static OrderMark? Mark(this JsonElement element)
    {
        var metadata = element.Member("metadata");
        return Guid.TryParseExact(metadata.Text(MarkFields.Installation), "N", out var installation)
            && Guid.TryParseExact(metadata.Text(MarkFields.Organization), "N", out var organization)
            && Guid.TryParseExact(metadata.Text(MarkFields.Payment), "N", out var payment)
                ? new OrderMark(installation, organization, payment)
                : null;
    }

    /// <summary>A decimal text with at most two decimals as a number of cents; null when it is none.</summary>
    public static long? Cents(this JsonElement element, string name) =>
        decimal.TryParse(
            element.Text(name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
        && amount <= 1_000_000_000 && amount * 100 == decimal.Truncate(amount * 100)
            ? (long)(amount * 100)
            : null;
}

/// <summary>What our marks are called at gateways.</summary>
internal static class MarkFields
{
    public const string Installation = "patchbay_installation";
    public const string Organization = "patchbay_organization";
    public const string Payment = "patchbay_payment";
    public const string Refund = "patchbay_refund";
}
