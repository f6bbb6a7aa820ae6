using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>What Mistral says when it refuses a request.</summary>
internal static class MistralErrors
{
    /// <summary>The message, and the member of the request that is wrong; null where it does not say.</summary>
    public static (string? Message, string? Parameter) Read(ReadOnlySpan<byte> body)
    {
        try
        {
            if (!JsonMembers.IsObject(body))
            {
                return default;
            }

            var detail = JsonMembers.Find(body, "detail"u8);
            if (detail.IsEmpty)
            {
                // The same list, one level down.
                detail = JsonMembers.Find(JsonMembers.Find(body, "message"u8), "detail"u8);
            }

            var items = new JsonItems(detail);
            if (items.Next())
            {
                return (JsonSlice.String(JsonMembers.Find(items.Value, "msg"u8)), Path(JsonMembers.Find(items.Value, "loc"u8)));
            }

            var (message, _, _) = ChatErrorReader.Read(body, 0);
            return (JsonSlice.String(detail) ?? message, null);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    // ["body","messages",0,"content"] is messages[0].content.
    private static string? Path(ReadOnlySpan<byte> location)
    {
        var path = new System.Text.StringBuilder();
        var items = new JsonItems(location);
        while (items.Next())
        {
            if (JsonSlice.String(items.Value) is { } name)
            {
                if (name != "body")
                {
                    path.Append(path.Length > 0 ? "." : "").Append(name);
                }
            }
            else if (JsonSlice.Count(items.Value) is { } index)
            {
                path.Append('[').Append(index).Append(']');
            }
        }

        return path.Length > 0 ? path.ToString() : null;
    }
}
