namespace Patchbay.Billing;

/// <summary>Who is named on receipts. Each part may be empty, none has control characters.</summary>
/// <param name="Name">Person or company.</param>
/// <param name="Email">Where questions about a payment go.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="Line2">What else the address needs.</param>
/// <param name="PostalCode">Postal code.</param>
/// <param name="City">City.</param>
/// <param name="Region">State or province.</param>
/// <param name="Country">ISO 3166-1, two letters.</param>
/// <param name="TaxId">VAT or other tax number, as its country writes it.</param>
public sealed record Buyer(
    string Name, string Email, string Line1, string Line2, string PostalCode, string City, string Region, string Country, string TaxId)
{
    private const char Separator = '\n';

    /// <summary>Nothing is known.</summary>
    public static Buyer Nobody { get; } = new("", "", "", "", "", "", "", "", "");

    /// <summary>One line per part, for the database.</summary>
    public string ToText() =>
        string.Join(Separator, Name, Email, Line1, Line2, PostalCode, City, Region, Country, TaxId);

    /// <summary>Reads <see cref="ToText"/>; nobody when it is empty.</summary>
    public static Buyer FromText(string? text)
    {
        var parts = (text ?? "").Split(Separator);
        return parts.Length == 9
            ? new Buyer(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7], parts[8])
            : Nobody;
    }

    /// <summary>The parts as they stand on an envelope, without empty lines.</summary>
    public IReadOnlyList<string> ToLines()
    {
        var lines = new List<string>();
        Add(Name);
        Add(Line1);
        Add(Line2);
        Add($"{PostalCode} {City}");
        Add($"{Region} {Country}");
        Add(TaxId.Length > 0 ? $"Tax id: {TaxId}" : "");
        Add(Email);
        return lines;

        void Add(string line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                lines.Add(line.Trim());
            }
        }
    }
}
