using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>An own provider key as the API shows it: everything but the key.</summary>
internal sealed record ByokKeyView(
    Guid Id,
    Guid? WorkspaceId,
    string Provider,
    string? Name,
    string Label,
    ImmutableArray<string>? AllowedModels,
    ImmutableArray<string>? AllowedApiKeyHashes,
    ImmutableArray<string>? AllowedUserIds,
    bool Disabled,
    bool IsFallback,
    bool IsRequired,
    bool IsByokOnly,
    bool? DeclaredZdr,
    int SortOrder,
    DateTime CreatedAt)
{
    public static ByokKeyView Of(ByokKey key) => new(
        key.Id, key.WorkspaceId, key.Provider, key.Name, key.Label, key.AllowedModels, key.AllowedApiKeyHashes,
        key.AllowedUserIds, key.Disabled, key.IsFallback, key.IsRequired, key.IsByokOnly, key.DeclaredZdr, key.SortOrder,
        key.CreatedAt.UtcDateTime);
}

internal sealed record ByokKeyResponse(ByokKeyView Data);

internal sealed record ByokKeysResponse(IReadOnlyList<ByokKeyView> Data, int TotalCount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ByokKeyResponse))]
[JsonSerializable(typeof(ByokKeysResponse))]
[JsonSerializable(typeof(DeletedResponse))]
internal sealed partial class ByokKeyJson : JsonSerializerContext;
