using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Simulator.Responses;

/// <summary>Encrypts reasoning, as far as a simulator must: it knows its own again, and an item that comes back with another
/// id, summary or content is refused (https://platform.openai.com/docs/guides/reasoning, encrypted reasoning items).</summary>
internal static class EncryptedReasoning
{
    private static readonly byte[] Key = "the simulator's third key"u8.ToArray();

    public static string Of(string id, IReadOnlyList<string> summary, string thought) =>
        $"gAAAA{Seal(id, summary, thought)}.{Convert.ToBase64String(Encoding.UTF8.GetBytes(thought))}";

    public static bool IsOf(string data, string id, IReadOnlyList<string> summary)
    {
        var dot = data.IndexOf('.', StringComparison.Ordinal);
        var thought = new byte[data.Length];
        return dot > 0 && Convert.TryFromBase64String(data[(dot + 1)..], thought, out var length)
            && data == Of(id, summary, Encoding.UTF8.GetString(thought, 0, length));
    }

    private static string Seal(string id, IReadOnlyList<string> summary, string thought) =>
        Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{id}\0{string.Join('\0', summary)}\0\0{thought}")));
}
