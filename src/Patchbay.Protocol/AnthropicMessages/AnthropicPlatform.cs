namespace Patchbay.Protocol;

/// <summary>Where the Messages API is spoken.</summary>
internal enum AnthropicPlatform
{
    /// <summary>At Anthropic, and at others who have taken the API over.</summary>
    Anthropic,

    /// <summary>Vertex AI (https://docs.claude.com/en/api/claude-on-vertex-ai): the address names the model, and the body the
    /// version of the API.</summary>
    Vertex,

    /// <summary>Amazon Bedrock (https://docs.claude.com/en/api/claude-on-amazon-bedrock): as on Vertex AI, and the address says
    /// whether the answer streams.</summary>
    Bedrock,
}
