using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Takes out of the beginning of a stream what its reader has already: the answer so far, where a provider says it
/// again, and then the white space that it was sent without.</summary>
/// <param name="answer">What the provider may say again; empty for nothing.</param>
/// <param name="space">What may follow that.</param>
internal sealed class RepeatedText(byte[] answer, byte[] space)
{
    private int _answerSeen;
    private int _spaceSeen;

    /// <summary>Nothing more will be taken out.</summary>
    public bool IsOver { get; private set; } = answer.Length == 0 && space.Length == 0;

    /// <summary>The event without what is repeated.</summary>
    public ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> data)
    {
        var token = ContentOf(data);
        if (token.End.Value == 0)
        {
            return data;
        }

        var raw = data[token][1..^1];
        var text = new byte[raw.Length];
        var rest = Rest(text.AsSpan(0, JsonText.Unescape(raw, text)));
        using var edited = new PooledBuffer();
        var sink = new ByteSink(edited, data.Length + (rest.Length * 6) + 2);
        sink.Append(data[..token.Start]);
        sink.AppendString(rest);
        sink.Append(data[token.End..]);
        sink.Complete();
        return edited.Span.ToArray();
    }

    private ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> text)
    {
        if (_answerSeen < answer.Length)
        {
            var expected = answer.AsSpan(_answerSeen);
            var same = text.CommonPrefixLength(expected);
            if (same < text.Length && same < expected.Length)
            {
                // It only began like it: what was kept back belongs to the answer.
                IsOver = true;
                return (byte[])[.. answer.AsSpan(0, _answerSeen), .. text];
            }

            _answerSeen += same;
            text = text[same..];
        }

        var spaces = text.CommonPrefixLength(space.AsSpan(_spaceSeen));
        _spaceSeen += spaces;
        text = text[spaces..];
        IsOver = _answerSeen == answer.Length && (!text.IsEmpty || _spaceSeen == space.Length);
        return text;
    }

    // The string choices[0].delta.content, with its quotes.
    private static Range ContentOf(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data, JsonText.Strict);
            var inDelta = 0;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isDelta = reader.ValueTextEquals("delta"u8);
                    var isContent = inDelta > 0 && reader.CurrentDepth == inDelta + 1 && reader.ValueTextEquals("content"u8);
                    reader.Read();
                    inDelta = isDelta && reader.TokenType == JsonTokenType.StartObject ? reader.CurrentDepth : inDelta;
                    if (isContent && reader.TokenType == JsonTokenType.String)
                    {
                        return (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
                    }
                }
            }
        }
        catch (JsonException)
        {
            // The editor says what is wrong with it.
        }

        return default;
    }
}
