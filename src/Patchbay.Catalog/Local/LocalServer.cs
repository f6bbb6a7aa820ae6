using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A model server on this machine, as its own answers describe it.</summary>
/// <param name="Slug">The slug that its provider gets: <c>ollama</c>, <c>llama-cpp</c>, <c>lm-studio</c> or <c>vllm</c>.</param>
/// <param name="Name">What it is called.</param>
/// <param name="BaseUrl">Where its OpenAI-compatible API begins, without a slash at the end.</param>
/// <param name="Models">What it serves.</param>
public sealed record LocalServer(string Slug, string Name, string BaseUrl, IReadOnlyList<LocalModel> Models);

/// <summary>A model of a server on this machine.</summary>
/// <param name="Id">The server's own id of it.</param>
public sealed record LocalModel(string Id)
{
    /// <summary>Longest prompt and output together, in tokens; null when the server does not say.</summary>
    public int? ContextLength { get; init; }

    /// <summary>The request parameters that it honours; null when the server does not say.</summary>
    public Parameters? Supported { get; init; }

    /// <summary>Whether it takes images.</summary>
    public bool TakesImages { get; init; }

    /// <summary>Why it is not offered; null when it is.</summary>
    public string? NotOffered { get; init; }
}
