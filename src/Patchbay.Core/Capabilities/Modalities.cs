namespace Patchbay.Core;

/// <summary>Kinds of content that a model takes in or gives out. A set: members combine.</summary>
[Flags]
public enum Modalities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>text</c></summary>
    Text = 1 << 0,

    /// <summary><c>image</c></summary>
    Image = 1 << 1,

    /// <summary><c>file</c>: PDFs and other documents.</summary>
    File = 1 << 2,

    /// <summary><c>audio</c></summary>
    Audio = 1 << 3,

    /// <summary><c>video</c></summary>
    Video = 1 << 4,

    /// <summary><c>embeddings</c></summary>
    Embeddings = 1 << 5,

    /// <summary><c>rerank</c></summary>
    Rerank = 1 << 6,

    /// <summary><c>speech</c></summary>
    Speech = 1 << 7,

    /// <summary><c>transcription</c></summary>
    Transcription = 1 << 8,
}

/// <summary>The public names of <see cref="Modalities"/>.</summary>
public static class ModalityNames
{
    private static readonly string[] Names =
        ["text", "image", "file", "audio", "video", "embeddings", "rerank", "speech", "transcription"];

    /// <summary>The one modality of this name.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out Modalities modality)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (name.SequenceEqual(Names[i]))
            {
                modality = (Modalities)(1 << i);
                return true;
            }
        }

        modality = Modalities.None;
        return false;
    }

    /// <summary>The names of all members of the set, text first.</summary>
    public static IReadOnlyList<string> Of(Modalities set)
    {
        var result = new List<string>();
        for (var i = 0; i < Names.Length; i++)
        {
            if (((int)set & (1 << i)) != 0)
            {
                result.Add(Names[i]);
            }
        }

        return result;
    }
}
