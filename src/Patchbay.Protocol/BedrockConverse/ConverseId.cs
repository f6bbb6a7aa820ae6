using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Protocol;

/// <summary>Makes ids and names of others fit: Bedrock bounds their letters and length, and refuses the rest.</summary>
internal static class ConverseId
{
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html (toolUseId)
    private const int LongestId = 64;

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html (name)
    private const int LongestName = 200;

    /// <summary>An id of a call. The same id always becomes the same, so that call and result find each other.</summary>
    public static string Of(string id)
    {
        if (id.Length == 0)
        {
            return "call";
        }

        var clean = string.Create(id.Length, id, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] is '_' or '-' ? source[i] : '_';
            }
        });
        return clean.Length <= LongestId
            ? clean
            : string.Concat(clean.AsSpan(0, LongestId - 17), "_", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 8)));
    }

    /// <summary>A name of a document: letters, digits, single spaces, hyphens and brackets.</summary>
    public static string DocumentName(string name)
    {
        var dot = name.LastIndexOf('.');
        var text = new StringBuilder();
        foreach (var letter in dot > 0 ? name.AsSpan(0, dot) : name)
        {
            var fits = char.IsAsciiLetterOrDigit(letter) || letter is '-' or '(' or ')' or '[' or ']';
            if (fits)
            {
                text.Append(letter);
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        var clean = text.ToString().Trim();
        return clean.Length == 0 ? "document" : clean.Length <= LongestName - 8 ? clean : clean[..(LongestName - 8)].TrimEnd();
    }
}
