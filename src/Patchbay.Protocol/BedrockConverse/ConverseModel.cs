using System.Text;

namespace Patchbay.Protocol;

/// <summary>Whose model it is. It decides what <c>additionalModelRequestFields</c> may hold.</summary>
internal enum ConverseFamily
{
    /// <summary>One that takes nothing beyond the common fields, or an ARN that hides it.</summary>
    Other,

    /// <summary>Anthropic's.</summary>
    Claude,

    /// <summary>Amazon's first generation.</summary>
    Nova,

    /// <summary>Amazon's second, which thinks.</summary>
    Nova2,

    /// <summary>OpenAI's open weights.</summary>
    GptOss,

    /// <summary>Mistral's.</summary>
    Mistral,
}

/// <summary>What the model's id on Bedrock says of it: <c>us.anthropic.claude-opus-4-6-v1</c>,
/// <c>amazon.nova-2-lite-v1:0</c>, <c>openai.gpt-oss-120b-1:0</c>
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html).</summary>
internal readonly record struct ConverseModel(ConverseFamily Family, AnthropicModelRules Rules, bool IsHidden)
{
    /// <summary>It takes cache points (https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html).</summary>
    public bool Caches => Family is ConverseFamily.Claude or ConverseFamily.Nova or ConverseFamily.Nova2 || IsHidden;

    /// <summary>It takes cache points among the tools.</summary>
    public bool CachesTools => Family is ConverseFamily.Claude || IsHidden;

    public static ConverseModel Of(ReadOnlySpan<byte> id)
    {
        var text = Encoding.UTF8.GetString(id);
        var family = text switch
        {
            _ when text.Contains("claude", StringComparison.OrdinalIgnoreCase) => ConverseFamily.Claude,
            _ when text.Contains("nova-2", StringComparison.OrdinalIgnoreCase) => ConverseFamily.Nova2,
            _ when text.Contains("amazon.nova", StringComparison.OrdinalIgnoreCase) => ConverseFamily.Nova,
            _ when text.Contains("gpt-oss", StringComparison.OrdinalIgnoreCase) => ConverseFamily.GptOss,
            _ when text.Contains("mistral.", StringComparison.OrdinalIgnoreCase) => ConverseFamily.Mistral,
            _ => ConverseFamily.Other,
        };
        return new ConverseModel(
            family,
            AnthropicModelRules.For(text),
            family == ConverseFamily.Other && text.StartsWith("arn:", StringComparison.OrdinalIgnoreCase));
    }
}
