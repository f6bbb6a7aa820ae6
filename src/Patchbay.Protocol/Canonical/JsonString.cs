using System.Text;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Text as it stands in JSON: a string with its quotes and escapes, not decoded. It is written into another body
/// byte for byte, so that signatures and prompt caches survive. Points into the body that it was read from. The default
/// value is a string that was not there.</summary>
public readonly struct JsonString
{
    private readonly ReadOnlyMemory<byte> _token;

    private JsonString(ReadOnlyMemory<byte> token) => _token = token;

    /// <summary>No such string was there.</summary>
    public bool IsMissing => _token.IsEmpty;

    /// <summary>The string is missing or has no characters.</summary>
    public bool IsEmpty => _token.Length <= 2;

    /// <summary>The string with its quotes, fit to be written as a JSON value; empty when missing.</summary>
    public ReadOnlySpan<byte> Token => _token.Span;

    /// <summary>What stands between the quotes.</summary>
    public ReadOnlySpan<byte> Inside => IsEmpty ? default : _token.Span[1..^1];

    /// <summary>Nothing but white space, or nothing at all.</summary>
    public bool IsBlank => IsEmpty || (Inside[0] is <= (byte)' ' or (byte)'\\' && string.IsNullOrWhiteSpace(ToString()));

    /// <summary>Takes a JSON string token with its quotes, known to be valid.</summary>
    public static JsonString FromToken(ReadOnlyMemory<byte> token) => new(token);

    /// <summary>Encodes text. Null is a string that is not there.</summary>
    public static JsonString Of(string? text) =>
        text is null ? default : new(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(text, ErrorBody.Options.Encoder)}\""));

    /// <summary>One string after the other.</summary>
    public static JsonString Join(JsonString first, JsonString second)
    {
        if (first.IsEmpty || second.IsEmpty)
        {
            return second.IsEmpty ? first : second;
        }

        var joined = new byte[first._token.Length + second._token.Length - 2];
        first.Token[..^1].CopyTo(joined);
        second.Token[1..].CopyTo(joined.AsSpan(first._token.Length - 1));
        return new(joined);
    }

    /// <summary>Whether the text is this one. The text must need no escapes.</summary>
    public bool Is(ReadOnlySpan<byte> plain) => !IsMissing && Inside.SequenceEqual(plain);

    /// <summary>The decoded text; empty when missing. A lone surrogate becomes U+FFFD.</summary>
    public override string ToString()
    {
        if (IsEmpty)
        {
            return "";
        }

        var reader = new Utf8JsonReader(Token);
        reader.Read();
        return JsonText.String(reader);
    }
}
