using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Writes a sentence about a model from its facts.</summary>
internal static class ModelDescription
{
    public static string Of(Model model)
    {
        var kind = model.Kind switch
        {
            Model.ChatKind => "Chat",
            "stt" => "Speech-to-text",
            "tts" => "Text-to-speech",
            "ocr" => "Text recognition",
            var other => char.ToUpperInvariant(other[0]) + other[1..],
        };
        var text = $"{kind} model by {model.Author}";
        if (model.ReleaseDate is { } day)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", released {day:yyyy-MM-dd}");
        }

        if (model.ContextLength is { } tokens)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", context of {tokens:N0} tokens");
        }

        return text + ((model.Supported & Parameters.Tools) != 0 ? ", can call tools." : ".");
    }
}
