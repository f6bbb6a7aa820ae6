using System.Text.Json;
using System.Text.Json.Serialization;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Writes money as a JSON number with exactly its digits.</summary>
internal sealed class MoneyConverter : JsonConverter<Money>
{
    /// <inheritdoc/>
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var number = JsonDocument.ParseValue(ref reader);
        return number.RootElement.ValueKind == JsonValueKind.Number
            && ExactDollars.TryParse(number.RootElement.GetRawText(), out var money)
                ? money
                : throw new JsonException("Not an amount of dollars with at most nine decimals.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        Span<byte> digits = stackalloc byte[32];
        value.TryFormat(digits, out var length);
        writer.WriteRawValue(digits[..length], skipInputValidation: true);
    }
}
