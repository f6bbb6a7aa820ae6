using System.Text;

namespace Patchbay.Protocol;

/// <summary>A turn of the model taken apart again, each thought signature at the part that it came with
/// (<see cref="GeminiSignatureId"/>). Signatures of other providers are left out: this API refuses them.</summary>
internal sealed class GeminiTurn
{
    private readonly List<(int Start, int End, JsonString Signature)> _stretches = [];
    private readonly List<(int Image, JsonString Signature)> _imageSignatures = [];
    private readonly List<JsonString> _homeless = [];

    /// <summary>Reads an assistant's message.</summary>
    public GeminiTurn(CanonicalMessage message)
    {
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case ToolCallPart call: Calls.Add((call, default)); break;
                case TextPart text: Texts.Add((text.Text, default)); break;
                case ImagePart image: Images.Add((image, default)); break;
                case ReasoningPart: break;
                default: Others.Add(part); break;
            }
        }

        foreach (var part in message.Parts)
        {
            if (part is ReasoningPart reasoning && reasoning.Format.Is(GeminiDialect.Format))
            {
                Take(reasoning);
            }
        }

        Thoughts.RemoveAll(static thought => thought.Signature.IsEmpty);
        PlaceImages();
        PlaceTexts();
        PlaceHomeless();
        Texts.RemoveAll(static text => text.Text.IsEmpty && text.Signature.IsMissing);
    }

    /// <summary>Signed thoughts. The API reads nothing from thoughts that are not signed.</summary>
    public List<(JsonString Text, JsonString Signature, long? Index)> Thoughts { get; } = [];

    /// <summary>The text, cut where a signature wants it.</summary>
    public List<(JsonString Text, JsonString Signature)> Texts { get; } = [];

    /// <summary>Pictures.</summary>
    public List<(ImagePart Image, JsonString Signature)> Images { get; } = [];

    /// <summary>Calls.</summary>
    public List<(ToolCallPart Call, JsonString Signature)> Calls { get; } = [];

    /// <summary>Everything else that was said.</summary>
    public List<CanonicalPart> Others { get; } = [];

    private void Take(ReasoningPart part)
    {
        if (part.Kind == ReasoningKind.Text)
        {
            // Fragments of one piece share its index; a caller may send them back one by one.
            if (Thoughts is [.., var last] && part.Index is not null && last.Index == part.Index && last.Signature.IsEmpty)
            {
                Thoughts[^1] = (JsonString.Join(last.Text, part.Text), part.Signature, part.Index);
            }
            else
            {
                Thoughts.Add((part.Text, part.Signature, part.Index));
            }
        }
        else if (part.Kind == ReasoningKind.Encrypted && !part.Text.IsEmpty)
        {
            TakeSignature(part);
        }
    }

    private void TakeSignature(ReasoningPart part)
    {
        for (var i = 0; i < Calls.Count; i++)
        {
            if (!part.Id.IsEmpty && Calls[i].Call.Id.Inside.SequenceEqual(part.Id.Inside))
            {
                Calls[i] = (Calls[i].Call, part.Text);
                return;
            }
        }

        if (GeminiSignatureId.TryReadText(part.Id.Inside, out var start, out var end))
        {
            _stretches.Add((start, end, part.Text));
        }
        else if (GeminiSignatureId.TryReadImage(part.Id.Inside, out var image))
        {
            _imageSignatures.Add((image, part.Text));
        }
        else
        {
            _homeless.Add(part.Text);
        }
    }

    private void PlaceImages()
    {
        foreach (var (image, signature) in _imageSignatures)
        {
            if (image >= 0 && image < Images.Count)
            {
                Images[image] = (Images[image].Image, signature);
            }
        }
    }

    private void PlaceTexts()
    {
        if (_stretches.Count == 0)
        {
            return;
        }

        var whole = new StringBuilder();
        foreach (var (text, _) in Texts)
        {
            whole.Append(text.ToString());
        }

        var bytes = Encoding.UTF8.GetBytes(whole.ToString());
        var cut = new List<(JsonString, JsonString)>();
        var at = 0;
        foreach (var (start, end, signature) in _stretches)
        {
            if (start < at || end > bytes.Length || IsInsideRune(bytes, start) || IsInsideRune(bytes, end))
            {
                // Somebody changed the text since: the signatures go to its end.
                foreach (var stretch in _stretches)
                {
                    _homeless.Add(stretch.Signature);
                }

                return;
            }

            if (start > at)
            {
                cut.Add((Piece(bytes, at, start), default));
            }

            cut.Add((Piece(bytes, start, end), signature));
            at = end;
        }

        if (at < bytes.Length)
        {
            cut.Add((Piece(bytes, at, bytes.Length), default));
        }

        Texts.Clear();
        Texts.AddRange(cut);
    }

    // A signature without a place belongs to the first call, else to the last part of the text.
    private void PlaceHomeless()
    {
        foreach (var signature in _homeless)
        {
            if (Calls.Count > 0 && Calls[0].Signature.IsMissing)
            {
                Calls[0] = (Calls[0].Call, signature);
            }
            else if (Texts.Count > 0 && Texts[^1].Signature.IsMissing)
            {
                Texts[^1] = (Texts[^1].Text, signature);
            }
            else
            {
                Texts.Add((JsonString.Of(""), signature));
            }
        }
    }

    private static bool IsInsideRune(byte[] bytes, int at) => at < bytes.Length && (bytes[at] & 0xC0) == 0x80;

    private static JsonString Piece(byte[] bytes, int start, int end) =>
        JsonString.Of(Encoding.UTF8.GetString(bytes, start, end - start));
}
