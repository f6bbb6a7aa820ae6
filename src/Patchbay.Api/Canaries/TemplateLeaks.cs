namespace Patchbay.Api;

/// <summary>Marks of prompt templates. A host that shows them to its users uses another template than the model's, or none.
/// </summary>
internal static class TemplateLeaks
{
    private static readonly string[] Marks =
    [
        "<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>",
        "<|begin_of_text|>", "<|end_of_text|>", "<|endoftext|>", "<|assistant|>", "<|user|>", "<|system|>", "<|end|>",
        "<|channel|>", "<|message|>", "<|return|>", "<|eom_id|>", "<|python_tag|>", "[INST]", "[/INST]", "<<SYS>>",
        "<start_of_turn>", "<end_of_turn>", "<｜", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "</s>",
        "<tool_call>", "<|tool_call|>", "[TOOL_CALLS]",
    ];

    /// <summary>The first mark in a text; null when there is none.</summary>
    public static string? Find(string text)
    {
        foreach (var mark in Marks)
        {
            if (text.Contains(mark, StringComparison.OrdinalIgnoreCase))
            {
                return mark;
            }
        }

        return null;
    }
}
