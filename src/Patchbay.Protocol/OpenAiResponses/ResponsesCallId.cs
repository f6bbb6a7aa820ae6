using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Protocol;

/// <summary>Ids of calls as the API takes them: 1 to 64 characters. Longer ones come from other providers; the same id always
/// becomes the same short one, at the call and at its result.</summary>
internal static class ResponsesCallId
{
    private const int Longest = 64;

    public static JsonString Fit(JsonString id)
    {
        if (id.IsEmpty)
        {
            return JsonString.Of("call");
        }

        if (id.Inside.Length <= Longest)
        {
            return id;
        }

        var text = id.ToString();
        return text.Length <= Longest
            ? id
            : JsonString.Of("call_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 24)));
    }
}
