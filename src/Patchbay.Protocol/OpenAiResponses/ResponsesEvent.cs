namespace Patchbay.Protocol;

/// <summary>The members of an event (https://platform.openai.com/docs/api-reference/responses-streaming) as they stand in it;
/// those that an event has not are empty.</summary>
internal ref struct ResponsesEvent
{
    /// <summary>What happened, without quotes.</summary>
    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Delta;
    public ReadOnlySpan<byte> Item;
    public ReadOnlySpan<byte> Response;
    public ReadOnlySpan<byte> Annotation;
    public ReadOnlySpan<byte> Logprobs;
    public ReadOnlySpan<byte> Arguments;

    /// <summary>Which item of the output.</summary>
    public int Output;

    /// <summary>Which part of the item's content or summary.</summary>
    public int Part;

    /// <summary>Steps through the event. False when it is no object.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is no JSON.</exception>
    public static bool TryRead(ReadOnlySpan<byte> json, out ResponsesEvent read)
    {
        read = default;
        var cursor = new JsonCursor(json);
        if (!cursor.IsObject)
        {
            return false;
        }

        while (cursor.NextMember())
        {
            switch (cursor.Name)
            {
                case var name when name.SequenceEqual("delta"u8): read.Delta = cursor.Value; break;
                case var name when name.SequenceEqual("type"u8) && JsonSlice.IsString(cursor.Value): read.Type = cursor.Value[1..^1]; break;
                case var name when name.SequenceEqual("output_index"u8): read.Output = Index(cursor.Value); break;
                case var name when name.SequenceEqual("content_index"u8) || name.SequenceEqual("summary_index"u8):
                    read.Part = Index(cursor.Value);
                    break;
                case var name when name.SequenceEqual("logprobs"u8): read.Logprobs = cursor.Value; break;
                case var name when name.SequenceEqual("item"u8): read.Item = cursor.Value; break;
                case var name when name.SequenceEqual("response"u8): read.Response = cursor.Value; break;
                case var name when name.SequenceEqual("annotation"u8): read.Annotation = cursor.Value; break;
                case var name when name.SequenceEqual("arguments"u8): read.Arguments = cursor.Value; break;
            }
        }

        return true;
    }

    private static int Index(ReadOnlySpan<byte> value) => (int)Math.Min(JsonSlice.Count(value) ?? 0, int.MaxValue);
}
